from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from aima.fusion.scenes import scenes


def test_a_content_without_cuts_is_one_shot():
    assert scenes([], 10).spans() == [(0, 10)]


def test_cuts_at_or_beyond_the_ends_make_no_empty_shot():
    assert scenes([0, 4, 4, 10, 12, -3], 10).spans() == [(0, 4), (4, 10)]


@settings(deadline=None, derandomize=True)
@given(st.lists(st.integers(-5, 120)), st.integers(1, 100), st.integers(0, 99))
def test_every_time_lies_in_the_shot_that_is_named(cuts: list[int], end: int, pts: int):
    made = scenes(cuts, end)
    spans = made.spans()
    assert spans[0][0] == 0
    assert spans[-1][1] == end
    assert all(start < stop for start, stop in spans)
    if pts < end:
        start, stop = made.span(made.at(pts))
        assert start <= pts < stop
