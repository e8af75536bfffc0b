from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aima.domain.job import Job
from aima.domain.media import MediaInfo, Medium, Segment
from aima.domain.observation import ObservationKey, Receipt
from aima.domain.queue import Lease
from aima.errors import StoreUnreachable
from aima.pipeline.task import Failure, Finished, Progressed
from aima.services.measuring import Watch
from tests.persons_made import SECOND, content

INFO = MediaInfo("video", "mov", "h264", 640, 360, 60 * SECOND, 25.0)
JOB = "0f3c2a1b-0000-4000-8000-000000000000"


def segment(no: int = 0, name: str = "a.mp4") -> Segment:
    return Segment(content(name), no, "sight", no * 30 * SECOND, (no + 1) * 30 * SECOND)


def lease(no: int = 0) -> Lease:
    medium = Medium("m", content("a.mp4"), "o", "a.mp4", "/media/a.mp4", 1, INFO)
    return Lease(Job(JOB, "m", {}), medium, segment(no))


def finished(no: int = 0) -> Finished:
    key = ObservationKey(content("a.mp4"), "objects", "centernet@1+1", "0")
    return Finished(segment(no), (Receipt(key, no, f"{no}.parquet", "0", 1, 1.5, 2.5, "node-1"),), 0.25)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def recorded(stores, kind):
    return stores.metrics.since(kind, datetime.now(UTC) - timedelta(minutes=5))


def test_costs_and_errors_are_written_with_what_they_are_of(stores):
    watch = Watch(stores.metrics, lambda: 1)
    watch.see(lease(0), Progressed(segment(0), 10 * SECOND))
    watch.see(lease(0), finished(0))
    watch.see(lease(1), Failure(segment(1), "objects", "decoder_died", "it died"))
    watch.flush()
    (cpu,), (wall,), (decode,) = (recorded(stores, k) for k in ("analyzer_cpu_s", "analyzer_wall_s", "decode_cpu_s"))
    assert (cpu.value, wall.value, decode.value) == (1.5, 2.5, 0.25)
    assert {m.node for m in (cpu, wall, decode)} == {"node-1"}
    assert {m.job_id for m in (cpu, wall, decode)} == {JOB}
    place = {"content_id": content("a.mp4"), "segment": 0, "media_us": 30 * SECOND, "kind": "video"}
    assert cpu.labels == place | {"analyzer": "objects", "version": "centernet@1+1"}
    assert decode.labels == place
    (error,) = recorded(stores, "error")
    assert (error.labels["code"], error.labels["analyzer"], error.labels["segment"]) == ("decoder_died", "objects", 1)
    assert [m.value for m in recorded(stores, "segments_waiting")] == [1.0]


@pytest.mark.parametrize(("decode_cpu_s", "written"), [(None, []), (0.0, [0.0]), (0.004, [0.004])])
def test_what_decodes_nothing_is_not_written_and_what_costs_next_to_nothing_is(stores, decode_cpu_s, written):
    watch = Watch(stores.metrics, lambda: 0)
    watch.see(lease(0), replace(finished(0), decode_cpu_s=decode_cpu_s))
    watch.flush()
    assert [m.value for m in recorded(stores, "decode_cpu_s")] == written
    assert len(recorded(stores, "analyzer_cpu_s")) == 1


def test_they_are_written_now_and_then_not_one_by_one(stores):
    clock, waiting = Clock(), [2]
    watch = Watch(stores.metrics, waiting.pop, clock)
    watch.see(lease(0), finished(0))
    assert recorded(stores, "analyzer_cpu_s") == []
    clock.now = 11.0
    watch.see(lease(1), finished(1))
    assert len(recorded(stores, "analyzer_cpu_s")) == 2
    clock.now = 12.0
    watch.see(lease(2), finished(2))
    assert len(recorded(stores, "analyzer_cpu_s")) == 2
    waiting.append(0)
    watch.flush()
    assert [m.value for m in recorded(stores, "segments_waiting")] == [2.0, 0.0]


def test_nothing_to_say_writes_nothing(stores):
    Watch(stores.metrics, lambda: 7).flush()
    assert recorded(stores, "segments_waiting") == []


class Failing:
    """A database that takes nothing, until it is `back`; then the real one."""

    def __init__(self, stores, error: Exception) -> None:
        self._stores, self._error, self.back = stores, error, False

    def record(self, metrics) -> None:
        if not self.back:
            raise self._error
        self._stores.metrics.record(metrics)


@pytest.mark.parametrize("error", [StoreUnreachable("the database does not answer"), PermissionError("not yours")])
def test_a_database_that_takes_nothing_harms_no_analysis_and_hears_it_later(stores, error):
    store = Failing(stores, error)
    watch = Watch(store, lambda: 1)  # type: ignore[arg-type]
    watch.see(lease(0), finished(0))
    watch.flush()
    store.back = True
    watch.see(lease(1), finished(1))
    watch.flush()
    assert len(recorded(stores, "analyzer_cpu_s")) == 2
    assert [m.value for m in recorded(stores, "segments_waiting")] == [1.0]
