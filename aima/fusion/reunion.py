"""Groups of one person who was seen in several looks.

Average linkage judges two groups by all their pairs, so that a person with and without glasses, or in front and in
profile, may stay two. Groups whose mean is not far below what joins are therefore looked at again by the better half
of their pairs: a trimmed linkage between average and single linkage. With face_embedding_512 on 157 photographs of 26
persons, each as it is and darkened until a quarter of all pairs of one person were missed, average linkage lost 4.6 %
(B-cubed recall) and the better half 1.2 %, neither took anybody for somebody else, and single linkage did.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aima.fusion.linkage import DECIMALS, Points, log_odds, seeming
from aima.models.model import Calibration

Groups = list[list[int]]
Pair = tuple[int, int]


def reunite(
    points: Points, groups: Sequence[Sequence[int]], calibration: Calibration, join: float, review: float
) -> Groups:
    """Groups of points, joined if their mean log-odds reach `review` and those of the better half of pairs `join`.

    Best pair first; equal scores are broken by the order of the groups. Members ascend.
    """
    whole = {number: sorted(group) for number, group in enumerate(groups)}
    near = _near(points.gathered(groups), calibration, review) if groups else []
    scores = {(one, other): _better_half(points, whole[one], whole[other], calibration) for one, other in near}
    while scores:
        kept, gone = max(scores, key=lambda pair: (scores[pair], -pair[0], -pair[1]))
        if scores[kept, gone] < join:
            break
        whole[kept] = sorted(whole[kept] + whole.pop(gone))
        changed = [pair for pair in scores if kept in pair or gone in pair]
        others = {other for pair in changed for other in pair} - {kept, gone}
        scores = {pair: score for pair, score in scores.items() if pair not in changed}
        for one, other in ((min(kept, other), max(kept, other)) for other in others):
            scores[one, other] = _better_half(points, whole[one], whole[other], calibration)
    return list(whole.values())


def _near(groups: Points, calibration: Calibration, review: float) -> list[Pair]:
    """Pairs of groups whose mean log-odds reach `review`."""
    found: list[Pair] = []
    for one in range(len(groups) - 1):
        # Row by row: an archive may hold more groups than a matrix of them fits into memory.
        odds = calibration.log_odds(groups.vectors[one + 1 :] @ groups.vectors[one])
        odds -= seeming(groups.shortfalls[one], groups.shortfalls[one + 1 :])
        found += [(one, one + 1 + int(place)) for place in np.flatnonzero(odds >= review)]
    return found


def _better_half(points: Points, a: Sequence[int], b: Sequence[int], calibration: Calibration) -> float:
    """Mean of the higher half of the log-odds of all pairs; minus infinity if two of them were seen together."""
    if any(not points.apart[one].isdisjoint(b) for one in a):
        return float("-inf")
    odds = np.sort(log_odds(points.taken(a), points.taken(b), calibration), axis=None)
    return round(float(odds[len(odds) // 2 :].mean()), DECIMALS)
