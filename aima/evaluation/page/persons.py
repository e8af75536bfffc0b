"""Persons in clips: a row and a time line per clip, and pictures of what went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from aima.domain.text import count
from aima.evaluation.answers import Answers
from aima.evaluation.page.charts import legend
from aima.evaluation.page.elements import NOTHING, Cell, Element, element, folded, number, remark, section, span, table
from aima.evaluation.page.lanes import ClipView, lanes
from aima.evaluation.page.pictures import Album
from aima.evaluation.page.sheets import found_faces, wrong_frames
from aima.evaluation.page.timeline import timeline
from aima.evaluation.report import Together
from aima.evaluation.scores.persons import ClipScore, Mistake, PersonScores
from aima.evaluation.truth import Truth

MEANING: Final = (
    "Who is seen when, in seconds of persons: F1 is 1 where everybody is found all the time and nobody else is. "
    "Counted are found persons that are there for a second or more and that nothing excuses; false ones stand for "
    "nobody. Purity is the share of found time that is one true person's, less where several are seen at once; "
    "coverage is the share of true time that one found person covers. F1 with all is the same where persons are linked "
    "with everything else that was looked at. The labels tell when somebody is seen, not where: of two who come and go "
    "together, each may stand for the other. The worst clips stand first."
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
    return section("persons", "Persons in clips", MEANING, overview, legend(KEY), *clips)


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
        _summary(view),
        remark(f"It was not analysed: {view.failed}" if view.failed else None),
        drawn,
        _mistakes(score.mistakes),
        *wrong_frames(view, album),
        element("div", *found_faces(view, album), class_="groups"),
        remark(album.note()),
        opened=bool(score.mistakes),
    )
    shown.set("id", f"clip-{place}")
    return shown


def _summary(view: ClipView) -> str:
    score = view.score
    false = count(score.false_persons, "false person") if score.false_persons else ""
    wrong = count(len(score.mistakes), "stretch", "stretches") + " wrong" if score.mistakes else ""
    figure = "nobody must be found" if score.f1 is None else f"F1 {number(score.f1)}"
    return f"{view.clip.name}: " + ", ".join(filter(None, (figure, false, wrong)))


def _mistakes(mistakes: tuple[Mistake, ...]) -> Element | None:
    if not mistakes:
        return remark("Nothing is wrong.")
    return table(("mistake", "when", "how long", "true person", "found person"), map(_mistake, mistakes))


def _mistake(mistake: Mistake) -> Sequence[Cell]:
    when, length = span(mistake.start, mistake.end), f"{mistake.end - mistake.start:.1f} s"
    return (mistake.kind, when, length, mistake.person or NOTHING, mistake.predicted or NOTHING)
