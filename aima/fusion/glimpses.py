"""Glimpses: tracks that are too short or too poor to found a person, given to those whom they clearly show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from aima.fusion.linkage import Groups, Points, Scores, log_odds
from aima.models.model import Calibration

AT_ONCE: Final = 256
"""Glimpses that are compared with all groups at a time: bounds memory, whatever the size of the archive."""


def with_glimpses(
    points: Points, groups: Groups, glimpses: Sequence[int], calibration: Calibration, join: float, margin: float
) -> Groups:
    """Groups with the glimpses that reach `join` with one of them, and `margin` less with every other.

    They are compared with the sure members only, so no glimpse makes a group more or less like another glimpse. But the
    surest come first: a group that has taken one is closed to those that are apart from it.
    """
    if not glimpses or not groups:
        return groups
    sure = points.gathered(groups)
    most = [float(odds.max()) for odds in _compared(points, glimpses, sure, calibration)]
    surest = [glimpses[int(place)] for place in np.argsort(-np.array(most), kind="stable")]
    owner = {point: number for number, group in enumerate(groups) for point in group}
    for glimpse, odds in zip(surest, _compared(points, surest, sure, calibration), strict=True):
        odds[[owner[other] for other in points.apart[glimpse] if other in owner]] = -np.inf
        best = int(np.argmax(odds))
        if odds[best] >= join and odds[best] - np.delete(odds, best).max(initial=-np.inf) >= margin:
            owner[glimpse] = best
    return _grown(groups, owner)


def _compared(points: Points, glimpses: Sequence[int], sure: Points, calibration: Calibration) -> Iterator[Scores]:
    """Log-odds [groups] of each glimpse in turn."""
    for start in range(0, len(glimpses), AT_ONCE):
        yield from log_odds(points.taken(glimpses[start : start + AT_ONCE]), sure, calibration)


def _grown(groups: Groups, owner: dict[int, int]) -> Groups:
    """The groups with all points that they own, ascending."""
    grown: Groups = [[] for _ in groups]
    for point in sorted(owner):
        grown[owner[point]].append(point)
    return grown
