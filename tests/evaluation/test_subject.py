"""The face that a picture is of."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.evaluation.subject import main_face, subject
from tests.persons_made import made_track

SIZE = (250, 250)
MIDDLE = (75.0, 75.0, 100.0, 100.0)


@pytest.mark.parametrize(
    ("bystander", "expected"),
    [
        ((5.0, 5.0, 110.0, 110.0), 0),  # a little larger, in the corner
        ((80.0, 80.0, 60.0, 60.0), 0),  # smaller, in the middle as well
        ((60.0, 60.0, 130.0, 130.0), 1),  # larger, in the middle
        ((0.0, 0.0, 240.0, 240.0), 1),  # fills the picture
    ],
)
def test_size_and_place_decide_together(bystander, expected):
    assert subject([MIDDLE, bystander], SIZE) == expected


def test_nobody_is_nobody():
    assert subject([], SIZE) is None


def test_the_middle_is_that_of_the_part_that_is_looked_at():
    left, right = made_track("a", 0, 0.2, left=0.0), made_track("a", 0, 0.2, left=200.0)
    assert main_face([left, right], (0, 0, 100, 200)) is left
    assert main_face([left, right], (180, 0, 120, 200)) is right
    assert main_face([], (0, 0, 100, 200)) is None


@settings(deadline=None, derandomize=True)
@given(st.lists(st.tuples(*[st.floats(0, 200)] * 2, *[st.floats(1, 200)] * 2), min_size=1, max_size=5))
def test_the_choice_does_not_depend_on_the_scale(boxes):
    doubled = [tuple(2.0 * side for side in box) for box in boxes]
    assert subject(doubled, (500, 500)) == subject(boxes, SIZE)
