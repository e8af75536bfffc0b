"""Persons in clips: a row and a time line per clip, and pictures of what went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from aima.evaluation.answers import Answers
from aima.evaluation.page.charts import legend
from aima.evaluation.page.elements import Cell, Element, element, folded, number, remark, section, span, table
from aima.evaluation.page.lanes import ClipView, lanes
from aima.evaluation.page.pictures import Album
from aima.evaluation.page.sheets import found_faces, wrong_frames
from aima.evaluation.page.timeline import hatching, timeline
from aima.evaluation.report import Together
from aima.evaluation.scores.persons import ClipScore, Mistake, PersonScores
from aima.evaluation.truth import Truth

MEANING: Final = (
    "Who is seen when, in seconds of persons: F1 is 1 where everybody is found all the time and nobody else is. "
    "Counted are found persons that are there for a second or more; false ones stand for nobody. Purity is the share "
    "of found time that is one true person's; coverage is the share of true time that one found person covers. "
    "F1 with all is the same where persons are linked with everything else that was looked at. "
    "The worst clips stand first."
)
HEADINGS: Final = ("clip", "F1", "true", "counted", "false", "found", "purity", "coverage", "F1 with all")
KEY: Final = (
    ("must be found", "required"),
    ("may be found", "optional"),
    ("found", "found"),
    ("found, but stands for nobody", "stray"),
    ("wrong", "wrong"),
    ("cut", "cut"),
)


def persons_section(
    scores: PersonScores, together: Together | None, truth: Truth, answers: Answers, album: Album
) -> Element:
    """The clips that have a score, the worst first."""
    ranked = sorted(scores.clips, key=lambda name: (_rank(scores.clips[name]), name))
    views = [ClipView.of(truth.clips[name], scores.clips[name], answers) for name in ranked]
    overview = table(HEADINGS, (_row(place, view, together) for place, view in enumerate(views)))
    clips = [_clip(place, view, album) for place, view in enumerate(views)]
    return section("persons", "Persons in clips", MEANING, overview, hatching(), legend(KEY), *clips)


def _rank(score: ClipScore) -> float:
    """Low where much is wrong; clips that have only to be free of persons are judged by the false ones."""
    return (1.0 if score.f1 is None else score.f1) - score.false_persons


def _row(place: int, view: ClipView, together: Together | None) -> Sequence[Cell]:
    score = view.score
    link = element("a", view.clip.name, href=f"#clip-{place}")
    counts = (score.persons_true, score.persons_counted, score.false_persons, score.persons_predicted)
    linked = together.clips.get(view.clip.name) if together else None
    return (link, score.f1, *counts, score.purity, score.coverage, linked)


def _clip(place: int, view: ClipView, album: Album) -> Element:
    score = view.score
    drawn = timeline(lanes(view), view.clip.duration, view.clip.cuts)
    shown = folded(
        f"{view.clip.name}: F1 {number(score.f1)}, {score.persons_counted} counted for {score.persons_true} true",
        remark(f"It was not analysed: {view.failed}" if view.failed else None),
        drawn,
        _mistakes(score.mistakes),
        *found_faces(view, album),
        *wrong_frames(view, album),
        remark(album.note()),
        opened=bool(score.mistakes),
    )
    shown.set("id", f"clip-{place}")
    return shown


def _mistakes(mistakes: tuple[Mistake, ...]) -> Element | None:
    if not mistakes:
        return remark("Nothing is wrong.")
    rows = ((m.kind, span(m.start, m.end), f"{m.end - m.start:.1f} s", m.person, m.predicted) for m in mistakes)
    return table(("mistake", "when", "how long", "true person", "found person"), rows)
