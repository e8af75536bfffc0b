"""Cuts that were missed or that are none, with the frames before and after."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from aima.domain.text import count
from aima.evaluation.page.elements import Element, element, figure, moment, remark, section, strip, table
from aima.evaluation.page.pictures import Album
from aima.evaluation.scores.cuts import ClipCuts, CutScores
from aima.evaluation.truth import Clip, Truth

MEANING: Final = "Where one shot ends and the next begins; a cut counts as found within a quarter of a second."
ASIDE: Final = 0.08
"""Seconds before and after a cut from which its frames are taken: at least one frame away from it."""
SHOWN: Final = 12
HEADINGS: Final = ("clip", "true", "found", "right", "precision", "recall", "F1")


def cuts_section(scores: CutScores, truth: Truth, album: Album) -> Element:
    """A row per clip that has cuts, then the frames around the wrong ones."""
    concerned = {name: score for name, score in scores.clips.items() if score.true or score.predicted}
    rows = [
        (name, score.true, score.predicted, score.hits, score.precision, score.recall, score.f1)
        for name, score in concerned.items()
    ]
    whole = ("all clips", scores.true, scores.predicted, scores.hits, scores.precision, scores.recall, scores.f1)
    wrong = [part for name, score in concerned.items() for part in _wrong(truth.clips[name], score, album)]
    return section("cuts", "Cuts", MEANING, table(HEADINGS, [*rows, whole]), *wrong, remark(album.note()))


def _wrong(clip: Clip, score: ClipCuts, album: Album) -> Iterator[Element | None]:
    times = sorted([(time, "missed") for time in score.missed] + [(time, "false") for time in score.false])
    if not times:
        return
    shown = times[:SHOWN]
    photos = album.frames(clip.file, [time + aside for time, _ in shown for aside in (-ASIDE, ASIDE)])
    yield element("h3", clip.name)
    pairs = zip(shown, photos[::2], photos[1::2], strict=True)
    yield strip(
        element(
            "div",
            strip(figure(photo.jpeg if photo else None, words) for photo, words in ((a, "before"), (b, "after"))),
            element("p", f"{kind} at {moment(time)}"),
            class_="pair",
        )
        for (time, kind), a, b in pairs
    )
    yield remark(f"{count(len(times) - SHOWN, 'further cut')} not shown" if len(times) > SHOWN else None)
