import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import pdist

from aima.fusion.linkage import Points, agglomerate, log_odds, seeming, shortfalls
from aima.fusion.thresholds import GOOD_QUALITY, POOR_ALIKE, WEAK_QUALITY
from aima.models.model import Calibration

IDENTITY = Calibration(slope=1.0, intercept=0.0)


def points(vectors: np.ndarray, apart: dict[int, set[int]] | None = None, shortfall: float = 0.0) -> Points:
    one = np.ones(len(vectors), np.float32)
    others = apart or {}
    return Points(
        vectors.astype(np.float32), shortfall * one, one, tuple(frozenset(others.get(n, ())) for n in range(len(one)))
    )


def circle(*degrees: float) -> np.ndarray:
    angles = np.radians(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def test_the_closest_are_joined_first_and_only_down_to_the_threshold():
    assert agglomerate(points(circle(0, 10, 90, 100, 200)), IDENTITY, 0.5) == [[0, 1], [2, 3], [4]]
    assert agglomerate(points(circle(0, 10, 90, 100, 200)), IDENTITY, 1.1) == [[0], [1], [2], [3], [4]]


def test_what_is_apart_stays_apart_also_through_others():
    apart = {0: {2}, 2: {0}}
    assert agglomerate(points(circle(0, 1, 3), apart), IDENTITY, 0.0) == [[0, 1], [2]]


def test_a_group_is_judged_by_the_mean_over_its_members():
    # 60 and 0 degrees: 0.5; 60 and the pair (0, 40): mean of 0.5 and 0.94
    assert agglomerate(points(circle(0, 60)), IDENTITY, 0.6) == [[0], [1]]
    assert agglomerate(points(circle(0, 60, 40)), IDENTITY, 0.6) == [[0, 1, 2]]


def test_poor_points_seem_more_alike_to_each_other_only():
    plain, poor = points(circle(0, 60)), points(circle(0, 60), shortfall=0.2)
    assert log_odds(plain, poor, IDENTITY)[0, 1] == pytest.approx(0.5, abs=1e-4)
    assert log_odds(poor, poor, IDENTITY)[0, 1] == pytest.approx(0.5 - POOR_ALIKE * 0.04, abs=1e-4)
    assert agglomerate(poor, IDENTITY, 0.4) == [[0], [1]]
    assert agglomerate(plain, IDENTITY, 0.4) == [[0, 1]]


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.floats(0, 1), st.floats(0, 1))
def test_the_poorer_the_more_seems_alike(a: float, b: float):
    assert 0 <= seeming(a, b) == seeming(b, a) <= POOR_ALIKE
    assert seeming(a, b) <= seeming(a, max(a, b))
    assert seeming(0, shortfalls(WEAK_QUALITY)) == 0, "nobody who was seen well resembles blurred strangers"
    assert seeming(0, 1) == POOR_ALIKE, "what resembles nothing does so by chance"


@settings(deadline=None, derandomize=True, max_examples=40)
@given(st.floats(0, 1), st.floats(0, 1))
def test_shortfall_falls_with_quality(a: float, b: float):
    poorer, better = shortfalls(np.array(sorted((a, b))))
    assert 1 >= poorer >= better >= 0
    assert shortfalls(np.zeros(1))[0] == 1
    assert shortfalls(np.array([GOOD_QUALITY]))[0] == 0


def test_gathering_keeps_means_weights_and_what_is_apart():
    whole = points(circle(0, 90, 180), {0: {2}, 2: {0}})
    pair = whole.gathered([[0, 1], [2]])
    assert pair.vectors[0].tolist() == pytest.approx([0.5, 0.5], abs=1e-6)
    assert pair.weights.tolist() == [2, 1]
    assert pair.apart == (frozenset({1}), frozenset({0}))
    assert whole.taken([1]).apart == (frozenset(),)


def test_nothing_to_group():
    assert agglomerate(points(np.zeros((0, 2))), IDENTITY, 0.0) == []


@settings(deadline=None, derandomize=True, max_examples=80)
@given(st.integers(0, 10_000), st.integers(2, 25), st.floats(-0.3, 0.8))
def test_without_constraints_it_is_average_linkage(seed: int, count: int, least: float):
    vectors = np.random.default_rng(seed).normal(size=(count, 6))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    labels = fcluster(linkage(pdist(vectors, "cosine"), "average"), 1 - least, "distance")
    expected = {frozenset(np.flatnonzero(labels == label).tolist()) for label in labels}
    assert {frozenset(group) for group in agglomerate(points(vectors), IDENTITY, least)} == expected
