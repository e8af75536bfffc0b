"""How many faces a picture shows."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean

from pydantic import Field

from aima.evaluation.scores.result import Result


class CountMistake(Result):
    """A picture with more or fewer faces than were found."""

    file: str
    true: int
    found: int


class CountScores(Result):
    """Counts of all files."""

    items: int
    exact: int = Field(description="files with the right count")
    mae: float | None = Field(description="mean absolute error in faces; null without files")
    mistakes: tuple[CountMistake, ...] = Field(description="farthest off first")


def score_counts(truth: Mapping[str, int], found: Mapping[str, int]) -> CountScores:
    """Compares the counts of every labelled file; in a file without an answer no face was found."""
    counts = [CountMistake(file=file, true=true, found=found.get(file, 0)) for file, true in truth.items()]
    mistakes = sorted((count for count in counts if _error(count)), key=lambda count: (-_error(count), count.file))
    return CountScores(
        items=len(counts),
        exact=len(counts) - len(mistakes),
        mae=fmean(map(_error, counts)) if counts else None,
        mistakes=tuple(mistakes),
    )


def _error(count: CountMistake) -> int:
    return abs(count.true - count.found)
