from __future__ import annotations

import itertools
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from aima.domain.media import MediaInfo
from aima.media.segments import LONGEST_US, PICTURE_US, SHORTEST_US, plan_segments

SECOND = 1_000_000


def info(duration_us: int, keyframes_us: tuple[int, ...] = (0,), kind: str = "video") -> MediaInfo:
    return MediaInfo(kind, "mov", "h264", 64, 48, duration_us, 25.0, keyframes_us=keyframes_us)  # type: ignore[arg-type]


keyframes = st.lists(st.integers(1, 600 * SECOND), max_size=80, unique=True).map(lambda found: (0, *sorted(found)))


@settings(deadline=None, derandomize=True)
@given(duration_us=st.integers(0, 600 * SECOND), keyframes_us=keyframes)
def test_segments_cover_the_medium_without_gap_or_overlap(duration_us: int, keyframes_us: tuple[int, ...]) -> None:
    found = plan_segments("content", info(duration_us, keyframes_us))
    assert [s.no for s in found] == list(range(len(found)))
    assert found[0].start_us == 0
    assert found[-1].end_us == max(duration_us, 1)
    assert all(a.end_us == b.start_us for a, b in itertools.pairwise(found))
    assert all(SHORTEST_US <= s.end_us - s.start_us <= LONGEST_US for s in found[:-1])
    assert found[-1].end_us - found[-1].start_us <= LONGEST_US


@settings(deadline=None, derandomize=True)
@given(duration_us=st.integers(61 * SECOND, 600 * SECOND), keyframes_us=keyframes)
def test_a_border_is_a_keyframe_or_lies_60_s_after_the_last(duration_us: int, keyframes_us: tuple[int, ...]) -> None:
    for segment in plan_segments("content", info(duration_us, keyframes_us))[:-1]:
        window = range(segment.start_us + SHORTEST_US, segment.start_us + LONGEST_US + 1)
        if any(at in window for at in keyframes_us):
            assert segment.end_us in keyframes_us
        else:
            assert segment.end_us == segment.start_us + LONGEST_US


def test_the_last_segment_is_kept_long_where_keyframes_allow_it() -> None:
    every_two_seconds = tuple(range(0, 70 * SECOND, 2 * SECOND))
    first, last = plan_segments("content", info(70 * SECOND, every_two_seconds))
    assert (first.end_us, last.end_us) == (40 * SECOND, 70 * SECOND)


def test_a_picture_is_one_sample_step_and_sound_alone_has_no_sight() -> None:
    (segment,) = plan_segments("content", info(0, kind="image"))
    assert (segment.start_us, segment.end_us, segment.stream) == (0, PICTURE_US, "sight")
    assert plan_segments("content", info(5 * SECOND, kind="audio")) == []


@settings(deadline=None, derandomize=True)
@given(end_us=st.integers(1, 600 * SECOND), kind=st.sampled_from(["video", "audio"]))
def test_sound_is_cut_each_minute_up_to_its_end_whatever_the_pictures_are(end_us: int, kind: str) -> None:
    told = replace(info(90 * SECOND, kind=kind), has_sound=True, details={"sound_end_us": end_us})
    sound = [s for s in plan_segments("content", told) if s.stream == "sound"]
    assert [(s.no, s.start_us) for s in sound] == [(n, 60 * SECOND * n) for n in range(-(-end_us // (60 * SECOND)))]
    assert [s.end_us for s in sound] == [*(s.start_us for s in sound[1:]), end_us]
    sight = [s for s in plan_segments("content", told) if s.stream == "sight"]
    assert sight == plan_segments("content", info(90 * SECOND, kind=kind))


def test_sound_that_nobody_looked_at_or_that_cannot_be_decoded_has_no_segments() -> None:
    old = replace(info(5 * SECOND), has_sound=True)
    assert not old.tells_of_sound
    deaf = replace(info(5 * SECOND), has_sound=False, details={"sound_problem": "it cannot be decoded"})
    assert deaf.tells_of_sound
    assert {s.stream for told in (old, deaf) for s in plan_segments("content", told)} == {"sight"}
