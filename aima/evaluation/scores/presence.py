"""Who is seen when, as rows of cells of a tenth of a second, and who in the answers is who in the truth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from aima.evaluation.answers import Persons
from aima.evaluation.scores.matching import assign
from aima.evaluation.truth import Clip, Interval, TruePerson

STEP: Final = 0.1
"""Seconds of a cell."""
COLLAR: Final = 0.25
"""Seconds before and after a true coming or going in which nothing counts for that person."""
EDGE: Final = 0.01
"""Comings and goings this near to the ends of the clip are none: the clip begins or ends."""

Cells = npt.NDArray[np.bool_]


def cells(intervals: Sequence[Interval], count: int) -> Cells:
    """bool [count]: the cells whose centre lies in one of the half-open intervals."""
    row = np.zeros(count, bool)
    for start, end in intervals:
        row[_first_centre(start) : _first_centre(end)] = True
    return row


def runs(row: Cells) -> list[tuple[int, int]]:
    """Stretches of True as half-open (first, end) indices."""
    edges = np.flatnonzero(np.diff(row.astype(np.int8), prepend=0, append=0))
    return [(int(first), int(end)) for first, end in edges.reshape(-1, 2)]


@dataclass(frozen=True, eq=False)
class Presence:
    """Truth and answers of a clip side by side: p true persons, q predicted ones, n cells, all bool.

    required: [p, n], must be found. free: [p, n], neither finding nor missing this person counts.
    found: [q, n]. background: [n], further faces are no false alarm.
    """

    persons: tuple[str, ...]
    predicted: tuple[str, ...]
    required: Cells
    free: Cells
    found: Cells
    background: Cells

    @cached_property
    def overlap(self) -> npt.NDArray[np.int64]:
        """[p, q]: cells in which the true person must be found and the predicted one is."""
        return (self.required & ~self.free).astype(np.int64) @ self.found.T.astype(np.int64)

    @cached_property
    def matched(self) -> dict[int, int]:
        """Predicted person by true person, one to one, with the greatest overlap."""
        return assign(self.overlap)

    @cached_property
    def missed(self) -> Cells:
        """[p, n]: the true person must be found and the predicted one that stands for it is not there."""
        missed = self.required & ~self.free
        for person, predicted in self.matched.items():
            missed[person] &= ~self.found[predicted]
        return missed

    @cached_property
    def false(self) -> Cells:
        """[q, n]: the predicted person is there, but not the true one that it stands for."""
        stray = self.found & ~self.background & ~self.free.any(axis=0)
        for person, predicted in self.matched.items():
            stray[predicted] = self.found[predicted] & ~self.required[person] & ~self.free[person]
        return stray

    @cached_property
    def solid(self) -> tuple[int, ...]:
        """Predicted persons that count as one: at least a second, where they are not excused.

        Outside of the background, and for those that stand for nobody outside of all free time.
        """
        counted = self.found & ~self.background
        excused = self.free.any(axis=0)
        for predicted in range(len(self.predicted)):
            if predicted not in self.matched.values():
                counted[predicted] &= ~excused
        return tuple(int(number) for number in np.flatnonzero(counted.sum(axis=1) * STEP >= 1.0))


def compare(clip: Clip, persons: Persons) -> Presence:
    """Lays the answers of a clip beside its truth; persons are sorted by id."""
    count = round(clip.duration / STEP)
    true = sorted(clip.persons, key=lambda person: person.id)
    return Presence(
        persons=tuple(person.id for person in true),
        predicted=tuple(sorted(persons)),
        required=_rows([cells(person.required, count) for person in true], count),
        free=_rows([_free(person, clip.duration, count) for person in true], count),
        found=_rows([cells(persons[name], count) for name in sorted(persons)], count),
        background=cells(clip.background_faces, count),
    )


def _first_centre(seconds: float) -> int:
    # The small slack keeps borders that lie on a centre stable against binary fractions.
    return max(0, math.ceil(seconds / STEP - 0.5 - 1e-9))


def _rows(rows: list[Cells], count: int) -> Cells:
    return np.array(rows, bool).reshape(len(rows), count)


def _free(person: TruePerson, duration: float, count: int) -> Cells:
    centres = (np.arange(count) + 0.5) * STEP
    row = cells(person.optional, count)
    for border in (border for interval in person.required for border in interval):
        if EDGE < border < duration - EDGE:
            row |= np.abs(centres - border) < COLLAR
    return row
