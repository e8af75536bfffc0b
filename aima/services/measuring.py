"""Measures an analysis while its outcomes come in. What goes wrong here is logged and never stops the analysis."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from aima.domain.media import Segment
from aima.domain.metric import Metric, MetricKind
from aima.pipeline.task import Failure, Finished, Outcome, SegmentTask
from aima.stores.ports import MetricStore
from aima.telemetry.failures import log_failure

FLUSH_S: Final = 10.0
"""Metrics of a running analysis are written together so often ..."""
MOST: Final = 20_000
"""... and while they cannot be written so many are kept, the newest."""


@contextmanager
def watching(store: MetricStore, tasks: Sequence[SegmentTask], jobs: Mapping[str, str]) -> Iterator[Watch]:
    """Watch the tasks of an analysis; what has gathered is written at the end. jobs: job ids by content."""
    watch = Watch(store, tasks, jobs)
    try:
        yield watch
    finally:
        if tasks:
            watch.flush()


class Watch:
    """Turns the outcomes of one analysis into metrics."""

    def __init__(
        self,
        store: MetricStore,
        tasks: Sequence[SegmentTask],
        jobs: Mapping[str, str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """jobs: job ids by content."""
        self._store, self._jobs, self._clock = store, jobs, clock
        self._kinds = {task.segment.content_id: task.info.kind for task in tasks}
        self._open = {(task.segment.content_id, task.segment.no) for task in tasks}
        self._waiting: list[Metric] = []
        self._flushed = clock()

    def see(self, outcome: Outcome) -> None:
        """Take an outcome into account; writes what has gathered now and then."""
        if isinstance(outcome, Finished):
            self._waiting += self._of_finished(outcome)
        elif isinstance(outcome, Failure):
            labels = {"code": outcome.code, "analyzer": outcome.analyzer or "", **_place(outcome.segment)}
            self._waiting.append(self._metric("error", 1.0, outcome.segment, labels))
        if self._clock() - self._flushed >= FLUSH_S:
            self.flush()

    def flush(self) -> None:
        """Write what has gathered, and how many segments wait."""
        self._flushed = self._clock()
        self._waiting.append(Metric("segments_waiting", float(len(self._open))))
        try:
            self._store.record(self._waiting)
            self._waiting.clear()
        except Exception as error:
            log_failure("metrics not written", error)
        del self._waiting[:-MOST]

    def _of_finished(self, outcome: Finished) -> Iterator[Metric]:
        segment = outcome.segment
        self._open.discard((segment.content_id, segment.no))
        place = {"kind": self._kinds.get(segment.content_id, ""), **_place(segment)}
        node = outcome.receipts[0].node if outcome.receipts else None
        if outcome.decode_cpu_s:  # a later stage decodes nothing
            yield self._metric("decode_cpu_s", outcome.decode_cpu_s, segment, place, node)
        for receipt in outcome.receipts:
            labels = {"analyzer": receipt.key.analyzer, "version": receipt.key.model_version, **place}
            yield self._metric("analyzer_cpu_s", receipt.cpu_s, segment, labels, receipt.node)
            yield self._metric("analyzer_wall_s", receipt.wall_s, segment, labels, receipt.node)

    def _metric(
        self, kind: MetricKind, value: float, segment: Segment, labels: Mapping[str, str | int], node: str | None = None
    ) -> Metric:
        return Metric(kind, value, labels, node, self._jobs.get(segment.content_id))


def _place(segment: Segment) -> dict[str, str | int]:
    return {
        "content_id": segment.content_id,
        "segment": segment.no,
        "media_us": segment.end_us - segment.start_us,
    }
