"""Where shots change: cuts within a quarter of a second of a true one, one to one in the order of time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import Field

from aima.evaluation.scores.result import Result, f1, share
from aima.evaluation.truth import Clip

TOLERANCE: Final = 0.25
"""Seconds."""


class CutFigures(Result):
    """Cuts of one clip or of all together. Null where there is nothing to divide by."""

    true: int
    predicted: int
    hits: int
    precision: float | None
    recall: float | None
    f1: float | None = Field(description="null where there are neither true nor predicted cuts")


class ClipCuts(CutFigures):
    """Cuts of one clip; times in seconds."""

    missed: tuple[float, ...]
    false: tuple[float, ...]


class CutScores(CutFigures):
    """Cuts of all clips: figures of the sums, so every cut weighs the same."""

    clips: dict[str, ClipCuts]


def score_cuts(clips: Mapping[str, Clip], found: Mapping[str, Sequence[float]]) -> CutScores:
    """Compares the cuts of every clip; in a clip without answers no cut was found."""
    scores = {name: _score_clip(clip.cuts, found.get(name, ())) for name, clip in clips.items()}
    true = sum(score.true for score in scores.values())
    predicted = sum(score.predicted for score in scores.values())
    hits = sum(score.hits for score in scores.values())
    return CutScores(clips=scores, **_figures(true, predicted, hits).model_dump())


def _score_clip(true: Sequence[float], predicted: Sequence[float]) -> ClipCuts:
    missed, false = _unmatched(sorted(true), sorted(predicted))
    figures = _figures(len(true), len(predicted), len(true) - len(missed))
    return ClipCuts(missed=tuple(missed), false=tuple(false), **figures.model_dump())


def _unmatched(true: list[float], predicted: list[float]) -> tuple[list[float], list[float]]:
    """Cuts without a partner; both lists ascend."""
    missed: list[float] = []
    false: list[float] = []
    row = column = 0
    while row < len(true) and column < len(predicted):
        if abs(true[row] - predicted[column]) <= TOLERANCE:
            row, column = row + 1, column + 1
        elif true[row] < predicted[column]:
            missed.append(true[row])
            row += 1
        else:
            false.append(predicted[column])
            column += 1
    return missed + true[row:], false + predicted[column:]


def _figures(true: int, predicted: int, hits: int) -> CutFigures:
    return CutFigures(
        true=true,
        predicted=predicted,
        hits=hits,
        precision=share(hits, predicted),
        recall=share(hits, true),
        f1=f1(hits, predicted - hits, true - hits),
    )
