import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.fusion.linkage import Points, agglomerate
from aima.fusion.reunion import reunite
from aima.models.model import Calibration

CALIBRATION = Calibration(slope=10.0, intercept=-5.0)
"""Log-odds 0 at a cosine of 0.5, -2 at 0.3."""


def points(vectors: np.ndarray, apart: dict[int, set[int]] | None = None) -> Points:
    count = len(vectors)
    others = tuple(frozenset((apart or {}).get(n, ())) for n in range(count))
    return Points(vectors.astype(np.float32), np.zeros(count, np.float32), np.ones(count, np.float32), others)


def circle(*degrees: float) -> np.ndarray:
    angles = np.radians(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def test_looks_that_are_far_from_some_but_close_to_others_are_one_person():
    # 50 degrees are near to 0 and 5, 75 to none of them: the mean of all pairs is below 0.5, of the better half above
    looks = points(circle(0, 5, 50, 75))
    assert agglomerate(looks, CALIBRATION, 0.0) == [[0, 1], [2, 3]]
    assert reunite(looks, [[0, 1], [2, 3]], CALIBRATION, 0.0, -2.0) == [[0, 1, 2, 3]]


def test_a_mean_too_far_away_is_not_looked_at_again():
    looks = points(circle(0, 5, 50, 75))
    assert reunite(looks, [[0, 1], [2, 3]], CALIBRATION, 0.0, -0.1) == [[0, 1], [2, 3]]


def test_who_was_seen_together_is_never_reunited():
    looks = points(circle(0, 5, 50, 75), {1: {3}, 3: {1}})
    assert reunite(looks, [[0, 1], [2, 3]], CALIBRATION, 0.0, -2.0) == [[0, 1], [2, 3]]


def test_the_closest_are_reunited_first_and_then_judged_as_one():
    looks = points(circle(0, 30, 60), {0: {2}, 2: {0}})
    assert reunite(looks, [[0], [1], [2]], CALIBRATION, 0.0, -2.0) == [[0, 1], [2]]
    assert reunite(points(circle(0, 40, 60)), [[0], [1], [2]], CALIBRATION, 0.0, -2.0) == [[0, 1, 2]]


def test_nothing_to_reunite():
    assert reunite(points(np.zeros((0, 2))), [], CALIBRATION, 0.0, -2.0) == []


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.integers(0, 10_000), st.integers(1, 20))
def test_groups_only_grow_and_nothing_is_lost(seed: int, count: int):
    looks = points(np.random.default_rng(seed).normal(size=(count, 4)) / 2)
    before = agglomerate(looks, CALIBRATION, 0.0)
    after = reunite(looks, before, CALIBRATION, 0.0, -2.0)
    assert sorted(point for group in after for point in group) == list(range(count))
    assert all(any(set(group) <= set(larger) for larger in after) for group in before)
    assert [group[0] for group in after] == pytest.approx(sorted(group[0] for group in after))
