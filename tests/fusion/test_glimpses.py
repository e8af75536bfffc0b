import numpy as np

from aima.fusion.glimpses import with_glimpses
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


def test_without_persons_or_glimpses_nothing_changes():
    assert given_to(20) == []
