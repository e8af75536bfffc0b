"""One to one, so that the most is won: the assignment problem, with ties broken by a rule that is written down.

Which of equally good assignments is taken changes figures (whose time counts as false), and scipy's solver promises
none; with a rule, figures do not depend on its version, and an independent scorer can come to the same ones.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_NONE = -1

Numbers = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]


def assign(gain: npt.NDArray[np.generic]) -> dict[int, int]:
    """Column by row, with the greatest sum of `gain` [rows, columns]; pairs that win nothing are left out.

    Shortest augmenting paths (Jonker and Volgenant, 1987) over the matrix filled up with zeros to a square: rows
    enter in their order, of equally near columns the first is gone to, and the first way found there stays.
    """
    rows, columns = gain.shape
    size = max(rows, columns)
    cost = np.zeros((size, size))
    cost[:rows, :columns] = -gain.astype(np.float64)
    taken_by = _Assignment(cost).solve()[:columns]
    pairs = ((int(row), column) for column, row in enumerate(taken_by) if row < rows)
    return {row: column for row, column in sorted(pairs) if gain[row, column] > 0}


class _Assignment:
    """The state between two rows: who takes each column, and prices that make every taken pair cost nothing."""

    def __init__(self, cost: Numbers) -> None:
        self._cost = cost
        size = len(cost)
        self._row_of: Indices = np.full(size, _NONE, np.intp)
        self._row_price, self._column_price = np.zeros(size), np.zeros(size)

    def solve(self) -> Indices:
        """Row by column."""
        for row in range(len(self._cost)):
            self._enter(row)
        return self._row_of

    def _enter(self, entering: int) -> None:
        """Give a row a column, moving rows that stand in the way along the cheapest path (Dijkstra)."""
        distance = np.full(len(self._cost), np.inf)
        previous: Indices = np.full(len(self._cost), _NONE, np.intp)
        passed = np.zeros(len(self._cost), bool)
        row, column, walked = entering, _NONE, 0.0
        while row != _NONE:
            step = walked + self._cost[row] - self._row_price[row] - self._column_price
            nearer = ~passed & (step < distance)
            distance[nearer], previous[nearer] = step[nearer], column
            column = int(np.argmin(np.where(passed, np.inf, distance)))
            row, walked = int(self._row_of[column]), float(distance[column])
            passed[column] = row != _NONE
        self._row_price[entering] += walked
        self._row_price[self._row_of[passed]] += walked - distance[passed]
        self._column_price[passed] -= walked - distance[passed]
        self._move(previous, column, entering)

    def _move(self, previous: Indices, column: int, entering: int) -> None:
        """Shift rows one column on along the path that ends in a free column."""
        while previous[column] != _NONE:
            self._row_of[column] = self._row_of[previous[column]]
            column = int(previous[column])
        self._row_of[column] = entering
