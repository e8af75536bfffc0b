import numpy as np

from aima.fusion.glimpses import AT_ONCE, with_glimpses
from aima.fusion.linkage import Points
from aima.models.model import Calibration

CALIBRATION = Calibration(slope=10.0, intercept=-5.0)


def given_to(glimpse: float, *persons: float, apart: int | None = None) -> list[list[int]]:
    """Groups of one point each at these angles, and a glimpse (the last point) apart from one of them."""
    angles = np.radians([*persons, glimpse])
    last = len(persons)
    others = [frozenset({last}) if n == apart else frozenset[int]() for n in range(last)]
    others.append(frozenset() if apart is None else frozenset({apart}))
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    points = Points(vectors, np.zeros(last + 1, np.float32), np.ones(last + 1, np.float32), tuple(others))
    return with_glimpses(points, [[n] for n in range(last)], [last], CALIBRATION, 0.0, 2.0)


def test_a_glimpse_goes_to_whom_it_shows():
    assert given_to(20, 0, 90) == [[0, 2], [1]]


def test_a_glimpse_of_nobody_stays_alone():
    assert given_to(70, 0) == [[0]]


def test_a_glimpse_that_two_persons_resemble_stays_alone():
    assert given_to(20, 0, 50) == [[0], [1]]


def test_a_second_person_who_is_clearly_less_alike_does_not_matter():
    assert given_to(0, 0, 50) == [[0, 2], [1]], "the second is above the threshold, too"


def test_who_was_seen_at_the_same_time_does_not_count():
    assert given_to(20, 0, 50, apart=0) == [[0], [1, 2]]


def test_of_two_glimpses_of_one_moment_the_surer_takes_the_place():
    vectors = np.array([[np.cos(a), np.sin(a)] for a in np.radians([0, 30, 10])], np.float32)
    apart = (frozenset[int](), frozenset({2}), frozenset({1}))
    points = Points(vectors, np.zeros(3, np.float32), np.ones(3, np.float32), apart)
    assert with_glimpses(points, [[0]], [1, 2], CALIBRATION, 0.0, 2.0) == [[0, 2]]


def test_many_glimpses_are_given_as_each_of_them_alone():
    """More than are compared at a time."""
    degrees = np.random.default_rng(5).uniform(0, 90, 2 * AT_ONCE + 7)
    angles = np.radians([0, 90, *degrees])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    count = len(vectors)
    points = Points(vectors, np.zeros(count, np.float32), np.ones(count, np.float32), (frozenset[int](),) * count)
    together = with_glimpses(points, [[0], [1]], range(2, count), CALIBRATION, 0.0, 2.0)
    alone = [given_to(float(angle), 0, 90) for angle in degrees]
    for person, group in enumerate(together):
        assert group == [person, *(n + 2 for n, groups in enumerate(alone) if 2 in groups[person])]


def test_without_persons_or_glimpses_nothing_changes():
    assert given_to(20) == []
