"""Who does not answer is asked again later and later, and at once after an answer."""

from __future__ import annotations

from aima.errors import StoreUnreachable
from aima.events.resting import LONGEST_S, SHORTEST_S, Resting

AWAY = StoreUnreachable("vectors at 127.0.0.1:1 do not answer")


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def test_each_rest_is_twice_as_long_up_to_a_limit():
    clock = Clock()
    resting = Resting(clock)
    pauses = []
    for _ in range(9):
        resting.add("vectors", AWAY)
        pauses.append(resting.next_s())
        assert resting.why("vectors") is AWAY
        clock.now += pauses[-1]
        assert resting.why("vectors") is None
    assert pauses[:3] == [SHORTEST_S, 2 * SHORTEST_S, 4 * SHORTEST_S]
    assert pauses[-1] == LONGEST_S


def test_an_answer_ends_it_and_the_next_rest_is_short():
    clock = Clock()
    resting = Resting(clock)
    for _ in range(4):
        resting.add("vectors", AWAY)
    resting.end("vectors")
    assert (resting.why("vectors"), resting.next_s()) == (None, None)
    resting.add("vectors", AWAY)
    assert resting.next_s() == SHORTEST_S


def test_the_first_of_several_sets_the_time():
    clock = Clock()
    resting = Resting(clock)
    resting.add("vectors", AWAY)
    resting.add("vectors", AWAY)
    resting.add("documents", AWAY)
    assert resting.next_s() == SHORTEST_S
    clock.now += 99
    assert resting.next_s() == 0.0
