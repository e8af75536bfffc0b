from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aima.domain.media import MediaInfo, Segment
from aima.domain.observation import ObservationKey, Receipt
from aima.errors import StoreUnreachable
from aima.pipeline.task import Failure, Finished, Progressed, SegmentTask
from aima.services.measuring import Watch, watching
from tests.persons_made import SECOND, content

INFO = MediaInfo("video", "mov", "h264", 640, 360, 60 * SECOND, 25.0)
JOB = "0f3c2a1b-0000-4000-8000-000000000000"


def segment(no: int = 0, name: str = "a.mp4") -> Segment:
    return Segment(content(name), no, "sight", no * 30 * SECOND, (no + 1) * 30 * SECOND)


def task(no: int = 0) -> SegmentTask:
    return SegmentTask("/media/a.mp4", INFO, segment(no), ("objects",))


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
    with watching(stores.metrics, [task(0), task(1)], {content("a.mp4"): JOB}) as watch:
        watch.see(Progressed(segment(0), 10 * SECOND))
        watch.see(finished(0))
        watch.see(Failure(segment(1), "objects", "decoder_died", "it died"))
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


def test_a_stage_that_decodes_nothing_does_not_make_decoding_look_cheap(stores):
    with watching(stores.metrics, [task(0)], {}) as watch:
        watch.see(replace(finished(0), decode_cpu_s=0.0))
    assert recorded(stores, "decode_cpu_s") == []
    assert len(recorded(stores, "analyzer_cpu_s")) == 1


def test_they_are_written_now_and_then_not_one_by_one(stores):
    clock = Clock()
    watch = Watch(stores.metrics, [task(no) for no in range(3)], {}, clock)
    watch.see(finished(0))
    assert recorded(stores, "analyzer_cpu_s") == []
    clock.now = 11.0
    watch.see(finished(1))
    assert len(recorded(stores, "analyzer_cpu_s")) == 2
    clock.now = 12.0
    watch.see(finished(2))
    assert len(recorded(stores, "analyzer_cpu_s")) == 2
    watch.flush()
    assert [m.value for m in recorded(stores, "segments_waiting")] == [1.0, 0.0]


def test_nothing_to_do_writes_nothing(stores):
    with watching(stores.metrics, [], {}):
        pass
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
    watch = Watch(store, [task(0), task(1)], {})  # type: ignore[arg-type]
    watch.see(finished(0))
    watch.flush()
    store.back = True
    watch.see(finished(1))
    watch.flush()
    assert len(recorded(stores, "analyzer_cpu_s")) == 2
    assert sorted(m.value for m in recorded(stores, "segments_waiting")) == [0.0, 1.0]


def test_an_analysis_that_breaks_off_leaves_its_metrics(stores):
    def break_off() -> None:
        with watching(stores.metrics, [task(0)], {}) as watch:
            watch.see(finished(0))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert len(recorded(stores, "decode_cpu_s")) == 1
