"""One to one, so that the most is won: the assignment problem."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment


def assign(gain: npt.NDArray[np.generic]) -> dict[int, int]:
    """Column by row, with the greatest sum of `gain` [rows, columns]; pairs that win nothing are left out.

    Solved by scipy (Crouse, "On implementing 2D rectangular assignment algorithms", 2016).
    """
    rows, columns = linear_sum_assignment(gain, maximize=True)
    return {int(row): int(column) for row, column in zip(rows, columns, strict=True) if gain[row, column] > 0}
