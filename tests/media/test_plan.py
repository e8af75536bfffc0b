from __future__ import annotations

import dataclasses

from hypothesis import given, settings
from hypothesis import strategies as st

from aima.domain.media import MediaInfo
from aima.media.geometry import Orientation
from aima.media.plan import plan_reading
from aima.settings import Media

INFO = MediaInfo("video", "mov", "h264", 1920, 1080, 60_000_000, 30.0, keyframes_us=(0, 2_000_000, 4_000_000))
PLAN = plan_reading(INFO, Media().model_dump(), "decord")


@settings(deadline=None, derandomize=True)
@given(st.integers(0, 10**11), st.sampled_from([0.1, 1.0, 5.0, 12.5, 30.0]))
def test_a_time_lies_in_its_slot(pts_us: int, fps: float) -> None:
    plan = dataclasses.replace(PLAN, sample_fps=fps)
    assert plan.slot_start_us(pts_us) <= pts_us < plan.slot_start_us(pts_us) + 1e6 / fps + 1


def test_rounded_times_of_a_regular_rate_have_a_strip_slot_each() -> None:
    for tick_us in (1, 1000):
        times = [round(number * 1_000_000 / 30 / tick_us) * tick_us for number in range(3000)]
        assert len({PLAN.strip_slot(at) for at in times}) == 3000


def test_decoding_starts_at_the_keyframe_before() -> None:
    assert [PLAN.keyframe_before(at) for at in (0, 1_999_999, 2_000_000, 9_000_000)] == [0, 0, 2_000_000, 4_000_000]
    assert dataclasses.replace(PLAN, keyframes_us=()).keyframe_before(5) == 0


def test_a_chunk_has_room_for_its_strip_and_very_large_frames_come_singly() -> None:
    shape = PLAN.ring_shape(8)
    assert (shape.frame_size, shape.strip_size, shape.frames) == ((1280, 720), (320, 180), 8)
    assert shape.strip >= 8 / 5 * 30
    huge = dataclasses.replace(PLAN, frame_size=(8192, 8192)).ring_shape(8)
    assert huge.frames == 1
    slow = dataclasses.replace(PLAN, sample_fps=0.001).ring_shape(8)
    assert slow.strip < 2000


def test_decord_is_given_only_what_it_reads_right() -> None:
    assert PLAN.through_decord
    for change in ({"linear": True}, {"transfer": "pq"}, {"picture": True}, {"decoder": "pyav"}):
        assert not dataclasses.replace(PLAN, **change).through_decord  # type: ignore[arg-type]
    assert not dataclasses.replace(PLAN, orientation=Orientation(1)).through_decord
