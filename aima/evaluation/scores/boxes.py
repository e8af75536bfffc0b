"""Where faces are: boxes that overlap by an intersection over union of at least 0.4, one to one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

import numpy as np
from pydantic import Field

from aima.domain.locating import box_iou
from aima.domain.track import Box
from aima.evaluation.scores.matching import assign
from aima.evaluation.scores.result import Result, f1, share
from aima.evaluation.truth import TrueBox

MIN_IOU: Final = 0.4


class BoxMistake(Result):
    """A face that was not found, or something that is none."""

    file: str
    kind: Literal["missed", "false"]
    box: Box = Field(description="left, top, width, height in displayed pixels")


class BoxScores(Result):
    """Boxes of all files together. Null where there is nothing to divide by."""

    tp: int = Field(description="faces found")
    fp: int = Field(description="boxes that are no face")
    fn: int = Field(description="faces not found")
    precision: float | None
    recall: float | None
    f1: float | None
    mistakes: tuple[BoxMistake, ...] = Field(description="by file, in the order of the truth")


def score_boxes(truth: Mapping[str, Sequence[TrueBox]], found: Mapping[str, Sequence[Box]]) -> BoxScores:
    """Compares the boxes of every labelled file; in a file without answers nothing was found."""
    mistakes = tuple(mistake for file, true in truth.items() for mistake in _mistakes(file, true, found.get(file, ())))
    missed = sum(mistake.kind == "missed" for mistake in mistakes)
    wrong = len(mistakes) - missed
    hits = sum(not box.ignore for true in truth.values() for box in true) - missed
    return BoxScores(
        tp=hits,
        fp=wrong,
        fn=missed,
        precision=share(hits, hits + wrong),
        recall=share(hits, hits + missed),
        f1=f1(hits, wrong, missed),
        mistakes=mistakes,
    )


def _mistakes(file: str, true: Sequence[TrueBox], found: Sequence[Box]) -> list[BoxMistake]:
    boxes = [(box.left, box.top, box.width, box.height) for box in true]
    overlaps = np.array([[box_iou(box, other) for other in found] for box in boxes]).reshape(len(boxes), len(found))
    # What overlaps too little wins nothing, so that the sum is taken over true matches only.
    matched = assign(np.where(overlaps >= MIN_IOU, overlaps, 0.0))
    missed = [box for row, box in enumerate(boxes) if row not in matched and not true[row].ignore]
    false = [box for column, box in enumerate(found) if column not in matched.values()]
    return [
        *(BoxMistake(file=file, kind="missed", box=box) for box in missed),
        *(BoxMistake(file=file, kind="false", box=box) for box in false),
    ]
