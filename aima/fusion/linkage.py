"""Constrained agglomerative clustering with average linkage.

Best pair first, as in Muellner's generic algorithm ("Modern hierarchical, agglomerative clustering algorithms",
2011): a nearest neighbour is looked for when a group is made and when its partner has changed. The score of two groups
is the log-odds of their mean cosine less what their mean qualities take off. Without shortfalls this is average
linkage: a merged group is never closer to a third one than the closer of its parts was, so a stale score is an upper
bound. What `seeming` takes off is convex, so that a merged group may come a little closer to a poor one than both of
its parts were; this is seen when one of the two is next looked at. Memory is O(n * dimension); rows of the similarity
matrix are made when needed.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from aima.fusion import thresholds as limits
from aima.models.model import Calibration

Rows = npt.NDArray[np.float32]
Scores = npt.NDArray[np.float64]
Groups = list[list[int]]

DECIMALS: Final = 4
"""Log-odds are rounded, so that two machines break ties alike."""


@dataclass(frozen=True, slots=True)
class Points:
    """What is to be grouped, n points.

    vectors: float32 [n, d], a unit vector or a weighted mean of such. shortfalls: float32 [n], 0..1, how far its
    quality falls short, see `shortfalls`. weights: float32 [n]. apart: for each point those that it never joins,
    symmetric.
    """

    vectors: Rows
    shortfalls: Rows
    weights: Rows
    apart: tuple[frozenset[int], ...]

    def __len__(self) -> int:
        return len(self.weights)

    def gathered(self, groups: Sequence[Sequence[int]]) -> Points:
        """One point per group: the weighted mean of its members, apart from what any of them is apart from."""
        owner = {point: number for number, group in enumerate(groups) for point in group}
        means = [np.average(self.vectors[group], axis=0, weights=self.weights[group]) for group in groups]
        shortfalls = [np.average(self.shortfalls[group], weights=self.weights[group]) for group in groups]
        apart = (
            frozenset(owner[other] for point in group for other in self.apart[point] if other in owner)
            for group in groups
        )
        return Points(
            vectors=np.array(means, np.float32).reshape(len(groups), self.vectors.shape[1]),
            shortfalls=np.array(shortfalls, np.float32),
            weights=np.array([self.weights[group].sum() for group in groups], np.float32),
            apart=tuple(apart),
        )

    def taken(self, chosen: Sequence[int]) -> Points:
        """Some of the points."""
        return self.gathered([[point] for point in chosen])


def shortfalls(quality: npt.ArrayLike) -> Rows:
    """How far looks of this quality fall short of good ones: 0 for good, 1 for worthless ones."""
    return np.asarray(np.sqrt(np.clip(1 - np.asarray(quality) / limits.GOOD_QUALITY, 0, 1)), np.float32)


_WORTHLESS: Final = float(shortfalls(limits.WEAK_QUALITY))


def seeming(a: npt.ArrayLike, b: npt.ArrayLike) -> Scores:
    """Log-odds by which looks with these shortfalls seem more alike than they are; the arguments are broadcast.

    Blurred strangers resemble each other, but nobody who was seen well: both must fall short, and the product of means
    is the mean of products, so that it holds for groups, too. But a look that is worthless says nothing beside any
    other: what resembles it does so by chance.
    """
    one, other = np.asarray(a, np.float64), np.asarray(b, np.float64)
    worthless = (np.maximum(one, other) - _WORTHLESS) / (1 - _WORTHLESS)
    return np.asarray(limits.POOR_ALIKE * np.maximum(one * other, worthless))


def log_odds(a: Points, b: Points, calibration: Calibration) -> Scores:
    """Log-odds of the mean cosine that points of `a` and of `b` show the same, [len(a), len(b)]."""
    odds = calibration.log_odds(a.vectors @ b.vectors.T) - seeming(a.shortfalls[:, None], b.shortfalls)
    return np.asarray(np.round(odds, DECIMALS), np.float64)


def agglomerate(points: Points, calibration: Calibration, least: float, fewest: int = 1) -> list[list[int]]:
    """Groups of point indices: the closest two are joined as long as their log-odds reach `least`, a finite number.

    fewest: so many groups are left, if there are so many points. Members ascend, groups are sorted by their first
    member. Equal scores are broken by index.
    """
    return _Agglomeration(points, calibration, least).run(fewest)


class _Agglomeration:
    """State of one run: a group lives at the index of its first member; `stamp` counts its changes."""

    def __init__(self, points: Points, calibration: Calibration, least: float) -> None:
        self._calibration, self._least = calibration, least
        self._means = points.vectors.copy()
        self._shortfalls = points.shortfalls.copy()
        self._weights = points.weights.astype(np.float64)
        self._apart = [set(others) for others in points.apart]
        self._stamp = np.zeros(len(points), np.int64)
        self._dead = np.zeros(len(points), bool)
        self._members = [[point] for point in range(len(points))]
        self._queue: list[tuple[float, int, int, int, int]] = []

    def run(self, fewest: int) -> list[list[int]]:
        left = len(self._members)
        for point in range(left):
            self._enqueue(point)
        while self._queue and left > fewest:
            _, one, other, stamp, other_stamp = heapq.heappop(self._queue)
            # A newer entry of this group is in the queue, or the group is gone.
            if self._dead[one] or stamp != self._stamp[one]:
                continue
            if not self._dead[other] and other_stamp == self._stamp[other]:
                one = self._merge(min(one, other), max(one, other))
                left -= 1
            # Else the partner has changed since: its score was an upper bound, and a new partner is looked for.
            self._enqueue(one)
        return [sorted(group) for group, dead in zip(self._members, self._dead, strict=True) if not dead]

    def _enqueue(self, one: int) -> None:
        """Queue a group with its closest partner, if there is one that is close enough."""
        odds = self._calibration.log_odds(self._means @ self._means[one])
        scores = np.round(odds - seeming(self._shortfalls, self._shortfalls[one]), DECIMALS)
        scores[self._dead] = -np.inf
        scores[[one, *self._apart[one]]] = -np.inf
        other = int(np.argmax(scores))
        if scores[other] >= self._least:
            entry = (-float(scores[other]), one, other, int(self._stamp[one]), int(self._stamp[other]))
            heapq.heappush(self._queue, entry)

    def _merge(self, kept: int, gone: int) -> int:
        share = self._weights[gone] / (self._weights[kept] + self._weights[gone])
        self._means[kept] += np.float32(share) * (self._means[gone] - self._means[kept])
        self._shortfalls[kept] += np.float32(share) * (self._shortfalls[gone] - self._shortfalls[kept])
        self._weights[kept] += self._weights[gone]
        self._members[kept] += self._members[gone]
        self._stamp[kept] += 1
        self._dead[gone] = True
        # Whoever kept away from the one that is gone now keeps away from the whole group.
        for other in self._apart[gone]:
            self._apart[other].discard(gone)
            self._apart[other].add(kept)
        self._apart[kept] |= self._apart[gone]
        return kept
