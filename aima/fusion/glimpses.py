"""Glimpses: tracks that are too short or too poor to found a person, given to those whom they clearly show."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aima.fusion.linkage import Groups, Points, log_odds
from aima.models.model import Calibration


def with_glimpses(
    points: Points, groups: Groups, glimpses: Sequence[int], calibration: Calibration, join: float, margin: float
) -> Groups:
    """Groups with the glimpses that reach `join` with one of them, and `margin` less with every other.

    The surest come first. They are compared with the sure members only, so that it does not matter which glimpse came
    before.
    """
    if not glimpses or not groups:
        return groups
    scores = log_odds(points.taken(glimpses), points.gathered(groups), calibration)
    grown = [list(group) for group in groups]
    for place in np.argsort(-scores.max(axis=1), kind="stable"):
        glimpse = glimpses[int(place)]
        free = np.array([points.apart[glimpse].isdisjoint(group) for group in grown])
        odds = np.where(free, scores[place], -np.inf)
        best = int(np.argmax(odds))
        if odds[best] >= join and odds[best] - np.delete(odds, best).max(initial=-np.inf) >= margin:
            grown[best].append(glimpse)
    return [sorted(group) for group in grown]
