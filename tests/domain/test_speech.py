from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from aima.domain.speech import Turn, turn_id, undisturbed

quick = settings(deadline=None, derandomize=True, max_examples=100)
spans = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 30), st.integers(0, 3)), min_size=1, max_size=8)


def turn(start: int, end: int, speaker: int = 0) -> Turn:
    return Turn(turn_id("a", speaker, start, end), "a", speaker, start, end)


def test_a_turn_is_undisturbed_where_nobody_else_speaks():
    assert undisturbed([turn(0, 4), turn(3, 5, 1), turn(9, 10)]) == [0.75, 0.5, 1.0]
    assert undisturbed([turn(0, 4), turn(0, 4, 1)]) == [0.0, 0.0]
    assert undisturbed([turn(0, 4), turn(4, 5, 1)]) == [1.0, 1.0]


@quick
@given(spans)
def test_the_share_is_that_of_the_moments_that_one_turn_alone_covers(drawn):
    turns = [turn(start, start + length, speaker) for start, length, speaker in drawn]
    for own, share in zip(turns, undisturbed(turns), strict=True):
        lone = sum(sum(t.start_us <= at < t.end_us for t in turns) == 1 for at in range(own.start_us, own.end_us))
        assert abs(share - lone / (own.end_us - own.start_us)) < 1e-9
