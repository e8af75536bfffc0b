"""Segments of sound end where it is quiet, and neighbours agree where."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.domain.batch import SOUND_RATE
from aima.domain.media import Segment, Sound
from aima.pipeline.borders import own_us

SECOND = 1_000_000
END = 150 * SECOND
BORDERS = [0, 60, 120, 150]
SEGMENTS = [Segment("c", n, "sound", a * SECOND, b * SECOND) for n, (a, b) in enumerate(itertools.pairwise(BORDERS))]


def sounds(whole: np.ndarray) -> list[Sound]:
    """What is heard of each segment, with its context."""
    cuts = [(max(0, s.start_us // SECOND - 5), min(150, s.end_us // SECOND + 5)) for s in SEGMENTS]
    return [Sound(whole[a * SOUND_RATE : b * SOUND_RATE], a * SECOND) for a, b in cuts]


def owned(whole: np.ndarray) -> list[tuple[int, int]]:
    return [own_us(s, sound, END) for s, sound in zip(SEGMENTS, sounds(whole), strict=True)]


def loud(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-0.5, 0.5, 150 * SOUND_RATE).astype(np.float32)


def test_a_border_moves_into_the_pause_beside_it():
    whole = loud()
    whole[int(57.1 * SOUND_RATE) : int(57.5 * SOUND_RATE)] *= 0.01
    whole[int(113 * SOUND_RATE) : int(115 * SOUND_RATE)] *= 0.01  # too far away
    whole[int(122.0 * SOUND_RATE) : int(122.3 * SOUND_RATE)] *= 0.1
    (_, first), (_, second), _ = owned(whole)
    assert 57.2 * SECOND <= first <= 57.4 * SECOND
    assert 122.1 * SECOND <= second <= 122.2 * SECOND


def test_in_silence_a_border_stays_where_it_is():
    assert owned(np.zeros(150 * SOUND_RATE, np.float32)) == [
        (0, 60 * SECOND), (60 * SECOND, 120 * SECOND), (120 * SECOND, 155 * SECOND)
    ]  # fmt: skip


@settings(deadline=None, derandomize=True, max_examples=20)
@given(
    seed=st.integers(0, 10**6),
    pauses=st.lists(st.floats(50, 130), max_size=6),
    hiss=st.sampled_from([0.0, 1e-7, 1e-5]),
)
def test_every_moment_belongs_to_one_segment_even_where_neighbours_hear_a_trace_of_difference(seed, pauses, hiss):
    whole = loud(seed)
    for pause in pauses:
        whole[int(pause * SOUND_RATE) :][: SOUND_RATE // 3] *= 0.003
    found = owned(whole)
    assert (found[0][0], found[-1][1]) == (0, END + 5 * SECOND)
    assert [end for _, end in found[:-1]] == [start for start, _ in found[1:]]
    assert all(abs(end - s.end_us) <= 4 * SECOND for (_, end), s in zip(found[:-1], SEGMENTS, strict=False))
    other = np.random.default_rng(seed).uniform(-hiss, hiss, whole.size).astype(np.float32)
    heard = sounds(whole + other)[1]
    assert own_us(SEGMENTS[1], heard, END)[0] == found[0][1]


def test_sound_that_ends_just_behind_a_border_counts_as_silence_from_there():
    segment = Segment("c", 0, "sound", 0, 60 * SECOND)
    whole = loud()[: 61 * SOUND_RATE]
    assert own_us(segment, Sound(whole, 0), 61 * SECOND) == (0, 61_100_000)
    last = Segment("c", 1, "sound", 60 * SECOND, 61 * SECOND)
    assert own_us(last, Sound(whole[55 * SOUND_RATE :], 55 * SECOND), 61 * SECOND)[0] == 61_100_000
