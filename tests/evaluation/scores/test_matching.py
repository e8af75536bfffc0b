from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.optimize import linear_sum_assignment

from aima.evaluation.scores.matching import assign

gains = arrays.arrays(
    np.float64, st.tuples(st.integers(0, 6), st.integers(0, 6)), elements=st.integers(0, 9).map(float)
)


@given(gains)
@settings(deadline=None, derandomize=True, max_examples=200)
def test_wins_as_much_as_any_assignment_can(gain: np.ndarray) -> None:
    pairs = assign(gain)
    best = gain[linear_sum_assignment(gain, maximize=True)].sum()
    assert sum(gain[pair] for pair in pairs.items()) == best
    assert len(set(pairs.values())) == len(pairs)
    assert all(gain[pair] > 0 for pair in pairs.items())


def test_gives_up_the_best_pair_where_two_others_win_more() -> None:
    assert assign(np.array([[9.0, 8.0], [8.0, 0.0]])) == {0: 1, 1: 0}


def test_leaves_pairs_out_that_win_nothing() -> None:
    assert assign(np.array([[0, 3], [0, 0]])) == {0: 1}


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
def test_of_nothing_is_nothing(shape: tuple[int, int]) -> None:
    assert assign(np.zeros(shape)) == {}


def test_equal_ones_take_the_first_column_in_their_order() -> None:
    assert assign(np.full((2, 3), 4.0)) == {0: 0, 1: 1}
    # A later row moves the earlier one on, and takes the column that it wanted.
    assert assign(np.array([[5.0, 5.0], [5.0, 0.0]])) == {0: 1, 1: 0}
