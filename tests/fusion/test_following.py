import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.fusion.following import follow, overlap
from aima.fusion.observed import read_observed
from tests.fusion.making import CALIBRATION, STEP_US, Face, look, person, table

BOXES = st.lists(
    st.tuples(st.floats(-50, 50), st.floats(-50, 50), st.floats(1, 80), st.floats(1, 80)), min_size=1, max_size=4
).map(lambda boxes: np.array(boxes, np.float32))


@settings(deadline=None, derandomize=True, max_examples=80)
@given(BOXES, BOXES)
def test_overlap_is_symmetric_and_within_bounds(a: np.ndarray, b: np.ndarray):
    shared = overlap(a, b)
    assert shared.shape == (len(a), len(b))
    assert ((shared >= 0) & (shared <= 1 + 1e-5)).all()
    assert shared == pytest.approx(overlap(b, a).T)
    assert np.diag(overlap(a, a)) == pytest.approx(1, abs=1e-3)


def test_overlap_of_known_boxes():
    one = np.array([[0, 0, 10, 10]], np.float32)
    other = np.array([[5, 0, 10, 10], [10, 0, 10, 10]], np.float32)
    assert overlap(one, other).tolist() == [[pytest.approx(1 / 3), 0]]


def test_a_face_that_turns_round_is_where_it_was_not_where_it_was_going():
    places = [0, 45, 90, 90, 45, 0]
    rows = table({n * STEP_US: [Face(float(left))] for n, left in enumerate(places)})
    paths = follow(read_observed(rows), np.zeros(len(places), np.int64), CALIBRATION)
    assert paths == [[0, 1, 2, 3, 4, 5]]


def test_a_path_never_leaves_its_shot():
    rows = table({n * STEP_US: [Face(50.0, vector=look(0, n))] for n in range(6)})
    assert follow(read_observed(rows), np.array([0, 0, 0, 1, 1, 2]), CALIBRATION) == [[0, 1, 2], [3, 4], [5]]


def test_a_gap_is_bridged_without_vectors_only_at_the_same_place():
    def paths(left: float) -> int:
        rows = table({0: [Face(50.0)], STEP_US: [Face(50.0)], 2 * STEP_US: [], 3 * STEP_US: [Face(left)]})
        return len(follow(read_observed(rows), np.zeros(4, np.int64), CALIBRATION))

    assert (paths(60.0), paths(110.0)) == (1, 2)


def test_a_clear_continuation_is_not_given_up_to_place_a_stranger():
    """Person 0 hardly moves; to give the stranger beside them a path would move both persons far."""
    rows = table({0: [Face(100.0, quality=0.3), Face(165.0, quality=0.3)], STEP_US: [Face(50.0), Face(110.0)]})
    paths = follow(read_observed(rows), np.zeros(2, np.int64), CALIBRATION)
    assert sorted(paths) == [[0, 3], [1], [2]]


def test_a_poor_look_at_the_same_place_goes_on_however_unlike_it_is():
    """Place alone is enough where the look says nothing, also beside somebody else."""
    before = [Face(100.0, vector=look(0, 1)), Face(500.0, vector=look(1, 1))]
    after = [Face(120.0, vector=-look(0, 2), quality=0.1), Face(500.0, vector=look(1, 2))]
    paths = follow(read_observed(table({0: before, STEP_US: after})), np.zeros(2, np.int64), CALIBRATION)
    assert sorted(paths) == [[0, 2], [1, 3]]


def between(share: float) -> np.ndarray:
    """A look whose cosine with person 0 is `share`."""
    return share * person(0) + np.sqrt(1 - share**2, dtype=np.float32) * person(1)


def test_poor_looks_are_distrusted_after_a_gap_but_not_from_one_frame_to_the_next():
    before, after = Face(50.0, quality=0.1, vector=person(0)), Face(90.0, quality=0.1, vector=between(0.45))
    apart = table({0: [before], STEP_US: [], 2 * STEP_US: [after]})
    moved = Face(180.0, quality=0.1, vector=between(0.7))
    at_once = table({0: [before], STEP_US: [moved]})
    assert follow(read_observed(apart), np.zeros(3, np.int64), CALIBRATION) == [[0], [1]]
    assert follow(read_observed(at_once), np.zeros(2, np.int64), CALIBRATION) == [[0, 1]]


def test_a_spoilt_look_does_not_make_a_fast_face_somebody_else():
    """After it the face is known by its earlier good looks."""
    good = {n * STEP_US: [Face(50.0, vector=look(0, n))] for n in range(3)}
    spoilt = {3 * STEP_US: [Face(50.0, quality=0.1, vector=person(9))]}
    away = {4 * STEP_US: [Face(180.0, vector=look(0, 4))]}
    paths = follow(read_observed(table(good | spoilt | away)), np.zeros(5, np.int64), CALIBRATION)
    assert paths == [[0, 1, 2, 3, 4]]


def test_two_who_change_places_are_told_apart_by_their_looks():
    before = [Face(100.0, quality=0.3, vector=look(0, 1)), Face(140.0, quality=0.3, vector=look(1, 1))]
    after = [Face(115.0, quality=0.3, vector=look(1, 2)), Face(130.0, quality=0.3, vector=look(0, 2))]
    paths = follow(read_observed(table({0: before, STEP_US: after})), np.zeros(2, np.int64), CALIBRATION)
    assert sorted(paths) == [[0, 3], [1, 2]]
