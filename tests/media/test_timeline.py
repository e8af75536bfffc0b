from __future__ import annotations

from fractions import Fraction

import av
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.media.timeline import Clock, Unroller, to_us

BASES = st.sampled_from([Fraction(1, 90_000), Fraction(1, 1000), Fraction(1001, 30_000), Fraction(1, 44_100)])


@settings(deadline=None, derandomize=True)
@given(st.integers(-(10**9), 10**11), BASES)
def test_microseconds_are_the_nearest(ticks: int, base: Fraction) -> None:
    assert abs(Fraction(to_us(ticks, base)) - ticks * base * 1_000_000) <= Fraction(1, 2)


@settings(deadline=None, derandomize=True)
@given(st.integers(-(10**6), 10**10), BASES, st.integers(-(10**7), 10**12))
def test_a_clock_goes_there_and_back(ticks: int, base: Fraction, origin_us: int) -> None:
    clock = Clock(base, origin_us)
    assert clock.ticks(clock.us(ticks)) == ticks


def packets(times: list[int]) -> list[av.Packet]:
    made = []
    for at in times:
        packet = av.Packet(b"x")
        packet.dts, packet.pts = at, at + 40
        made.append(packet)
    return made


def unrolled(times: list[int]) -> tuple[list[int], int]:
    unroller = Unroller(Fraction(1, 1000))
    made = packets(times)
    for packet in made:
        unroller.unroll(packet)
        assert packet.pts == packet.dts + 40
    return [packet.dts for packet in made], unroller.jumps


def test_a_jump_of_hours_is_taken_out() -> None:
    assert unrolled([0, 40, 80, 95_000_000, 95_000_040]) == ([0, 40, 80, 120, 160], 1)


def test_a_joined_recording_that_starts_again_is_counted_on() -> None:
    assert unrolled([1400, 1440, 1480, 0, 40, 80]) == ([1400, 1440, 1480, 1520, 1560, 1600], 1)


def test_pauses_and_small_steps_back_are_left_alone() -> None:
    assert unrolled([0, 40, 9000, 8900, 8940]) == ([0, 40, 9000, 8900, 8940], 0)
