"""Progress: seconds of media, rate, and time left."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from aima.domain.job import Job, JobState
from aima.domain.queue import JobProgress, SegmentFailure
from aima.pipeline.progress import Meter

MINUTE = 60_000_000


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def job(name: str, done_us: int, done: int, state: JobState = "running") -> JobProgress:
    """A job of two segments of half a minute."""
    created = datetime(2026, 1, 1, tzinfo=UTC)
    return JobProgress(Job(name, "m", {}, state), state, "a", 2, done, 0, 2 - done, done_us, MINUTE, 0.0, created)


def test_rate_and_time_left_follow_what_is_done():
    clock, heard = Clock(), []
    meter = Meter(heard.append, clock)
    meter.see([job("a", 0, 0)])
    assert meter.now().left_s is None
    clock.now = 5.0
    meter.see([job("a", 10_000_000, 0)])
    moment = heard[-1]
    assert (moment.done_s, moment.total_s, moment.segments_done, moment.segments) == (10.0, 60.0, 0, 2)
    assert moment.rate == pytest.approx(2.0)
    assert moment.left_s == pytest.approx(25.0)


def test_what_was_done_before_counts_neither_as_done_nor_as_work():
    meter = Meter(clock=Clock())
    meter.see([job("a", 30_000_000, 1), job("b", 0, 0)])
    assert (meter.now().done_s, meter.now().total_s, meter.now().segments) == (0.0, 90.0, 3)
    meter.see([job("a", MINUTE, 2, "done")])
    assert (meter.now().done_s, meter.now().segments_done) == (30.0, 1)


def test_progress_never_falls_and_reaches_the_end_though_segments_failed():
    heard = []
    meter = Meter(heard.append, Clock())
    failed = replace(job("a", 30_000_000, 1, "failed"), failures=(SegmentFailure(1, "worker_died", ""),))
    for seen in (job("a", 0, 0), job("a", 20_000_000, 0), job("a", 5_000_000, 0), failed):
        meter.see([seen])
    done = [moment.done_s for moment in heard]
    assert done == sorted(done)
    assert (done[-1], heard[-1].segments_done, heard[-1].left_s) == (60.0, 2, 0.0)
