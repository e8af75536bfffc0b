"""Which frames are looked at follows from their times, however a segment is cut into batches."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.analyzers.key_frames import key_frames
from aima.domain.batch import FrameBatch
from tests.analyzers.batches import STEP_US, frame_batch


def at(pts_us: list[int], step_us: int = STEP_US) -> FrameBatch:
    batch = frame_batch(np.zeros((len(pts_us), 2, 2, 3), np.uint8))
    return replace(batch, pts_us=np.array(pts_us, np.int64), step_us=step_us)


def chosen(pts_us: list[int], interval_us: int, cuts: tuple[int, ...] = ()) -> list[int]:
    """Times of key frames of a segment that comes in batches which begin at those indices."""
    bounds = [0, *sorted({cut for cut in cuts if 0 < cut < len(pts_us)}), len(pts_us)]
    found: list[int] = []
    for start, stop in itertools.pairwise(bounds):
        part = np.array(pts_us[start:stop], np.int64)
        found += part[key_frames(at(pts_us[start:stop]), interval_us)].tolist()
    return found


def test_one_of_five_frames_per_second_from_the_first_on():
    assert chosen(list(range(0, 3_000_000, STEP_US)), 1_000_000) == [0, 1_000_000, 2_000_000]


def test_an_interval_shorter_than_a_step_takes_every_frame():
    times = list(range(0, 1_000_000, STEP_US))
    assert chosen(times, 1) == times


def test_a_still_picture_is_always_looked_at():
    assert key_frames(at([0]), 60_000_000).tolist() == [True]
    assert key_frames(at([]), 1_000_000).tolist() == []


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    start=st.integers(0, 50),
    jitter=st.lists(st.integers(0, STEP_US - 1), min_size=1, max_size=60),
    interval=st.integers(1, 20),
    cuts=st.tuples(st.integers(1, 60), st.integers(1, 60), st.integers(1, 60)),
)
def test_batches_do_not_matter_and_no_interval_is_left_out(start, jitter, interval, cuts):
    """Frames lie anywhere in their slots, but not so far apart that the medium would have too few."""
    times = [(start + i) * STEP_US + late % (STEP_US // 4) for i, late in enumerate(jitter)]
    whole = chosen(times, interval * STEP_US)
    assert chosen(times, interval * STEP_US, cuts) == whole
    assert whole == [time for time in times if time // STEP_US % interval == 0]


def test_a_medium_with_fewer_frames_than_are_sampled_is_not_passed_over():
    slides = [500_000 + 1_000_000 * i for i in range(24)]
    assert chosen(slides, 1_000_000, (8, 16)) == slides
    assert chosen([700_000, 2_700_000, 2_900_000, 6_300_000], 2_000_000) == [700_000, 2_700_000, 6_300_000]
