"""Progress: seconds of media, rate, and time left."""

from __future__ import annotations

import pytest

from aima.domain.media import MediaInfo, Segment
from aima.pipeline.progress import Meter
from aima.pipeline.task import Failure, Finished, Progressed, SegmentTask

INFO = MediaInfo("video", "mp4", "h264", 640, 360, 60_000_000, 25.0)
SEGMENTS = [Segment("c", n, "sight", n * 30_000_000, (n + 1) * 30_000_000) for n in range(2)]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_rate_and_time_left_follow_what_is_done():
    clock, heard = Clock(), []
    meter = Meter([SegmentTask("/a", INFO, s, ("x",)) for s in SEGMENTS], heard.append, clock)
    assert meter.now().left_s is None
    clock.now = 5.0
    meter.see(Progressed(SEGMENTS[0], 10_000_000))
    moment = heard[-1]
    assert (moment.done_s, moment.total_s, moment.segments_done, moment.segments) == (10.0, 60.0, 0, 2)
    assert moment.rate == pytest.approx(2.0)
    assert moment.left_s == pytest.approx(25.0)
    meter.see(Finished(SEGMENTS[0], (), 0.0))
    assert (heard[-1].done_s, heard[-1].segments_done) == (30.0, 1)


def test_a_segment_tried_twice_counts_once_and_progress_never_falls():
    heard = []
    meter = Meter([SegmentTask("/a", INFO, s, ("x",)) for s in SEGMENTS], heard.append, Clock())
    for outcome in (
        Progressed(SEGMENTS[0], 20_000_000),
        Progressed(SEGMENTS[0], 10_000_000),
        Failure(SEGMENTS[0], None, "decoder_died", ""),
        Finished(SEGMENTS[0], (), 0.0),
        Finished(SEGMENTS[1], (), 0.0),
    ):
        meter.see(outcome)
    done = [moment.done_s for moment in heard]
    assert done == sorted(done)
    assert done[-1] == 60.0
    assert heard[-1].segments_done == 2
    assert heard[-1].left_s == 0.0
