"""Pictures in which other faces were found than are there, with the boxes of both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import groupby
from typing import Final

from aima.domain.track import Box
from aima.evaluation.answers import Answers
from aima.evaluation.page.charts import legend
from aima.evaluation.page.elements import Element, element, number, remark, section, strip
from aima.evaluation.page.frames import Photo
from aima.evaluation.page.pictures import Album
from aima.evaluation.scores.boxes import BoxMistake, BoxScores
from aima.evaluation.scores.counts import CountMistake, CountScores
from aima.evaluation.truth import TrueBox, Truth
from aima.services.markup import picture_source

LONG_SIDE: Final = 480
BOXES: Final = (
    "A face counts as found where both boxes share at least 0.4 of the area that they cover together. "
    "Thick boxes have no partner."
)
COUNTS: Final = "How many faces a picture shows, against how many were found. The farthest off stand first."
KEY: Final = (("true", "true"), ("true, but counts neither way", "ignored"), ("found", "seen"))


def boxes_section(score: BoxScores, truth: Truth, answers: Answers, album: Album) -> Element:
    """The pictures whose boxes differ."""
    figures = [
        _boxed(file, list(mistakes), truth.boxes.get(file, ()), answers.boxes.get(file, ()), album)
        for file, mistakes in groupby(score.mistakes, key=lambda mistake: mistake.file)
    ]
    words = (
        f"{score.tp} found, {score.fn} missed, {score.fp} that are no labelled face: precision "
        f"{number(score.precision)}, recall {number(score.recall)}, F1 {number(score.f1)}."
    )
    drawn = (legend(KEY), strip(figures)) if figures else ()
    return section("boxes", "Boxes", BOXES, element("p", words), *drawn, remark(album.note()))


def counts_section(score: CountScores, answers: Answers, album: Album) -> Element:
    """The pictures whose counts differ."""
    words = f"{score.exact} of {score.items} pictures are right, mean absolute error {number(score.mae)} faces."
    figures = [_counted(mistake, answers, album) for mistake in score.mistakes]
    return section("counts", "Counts", COUNTS, element("p", words), strip(figures), remark(album.note()))


def _boxed(
    file: str, mistakes: Sequence[BoxMistake], true: Sequence[TrueBox], found: Sequence[Box], album: Album
) -> Element:
    wrong = {mistake.box for mistake in mistakes}
    shapes = [
        *(_labelled(one, wrong) for one in true),
        *(_box(box, "seen", box in wrong) for box in found),
    ]
    missed = sum(mistake.kind == "missed" for mistake in mistakes)
    return _figure(album.picture(file, LONG_SIDE), shapes, f"{file}: {missed} missed, {len(mistakes) - missed} false")


def _labelled(true: TrueBox, wrong: Set[Box]) -> Element:
    box = (true.left, true.top, true.width, true.height)
    return _box(box, "ignored" if true.ignore else "true", box in wrong)


def _counted(mistake: CountMistake, answers: Answers, album: Album) -> Element:
    boxes: Iterable[Box] = answers.boxes.get(mistake.file) or [face.box for face in answers.seen.get(mistake.file, ())]
    shapes = [_box(box, "seen", wrong=False) for box in boxes]
    words = f"{mistake.file}: {mistake.true} faces, {mistake.found} found"
    return _figure(album.picture(mistake.file, LONG_SIDE), shapes, words)


def _box(box: Box, kind: str, wrong: bool) -> Element:
    left, top, width, height = (round(side, 1) for side in box)
    return element("rect", x=left, y=top, width=width, height=height, class_=f"box {kind}{' alone' if wrong else ''}")


def _figure(photo: Photo | None, shapes: Sequence[Element], caption: str) -> Element:
    """Boxes are drawn over the picture in its own pixels."""
    return element("figure", *_drawing(photo, shapes, caption), element("figcaption", caption), class_="large")


def _drawing(photo: Photo | None, shapes: Sequence[Element], caption: str) -> Iterator[Element]:
    if photo is None:
        yield element("div", class_="nobody")
        return
    picture = element("image", href=picture_source(photo.jpeg), width=photo.width, height=photo.height)
    yield element("svg", picture, *shapes, viewBox=f"0 0 {photo.width} {photo.height}", role="img", aria_label=caption)
