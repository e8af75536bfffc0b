"""Measures analyses while their outcomes come in. What goes wrong here is logged and never stops the work."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from aima.domain.media import Segment
from aima.domain.metric import Metric, MetricKind
from aima.domain.queue import Lease
from aima.pipeline.task import Failure, Finished, Outcome
from aima.stores.ports import MetricStore
from aima.telemetry.failures import log_failure

FLUSH_S: Final = 10.0
"""Metrics of running analyses are written together so often ..."""
MOST: Final = 20_000
"""... and while they cannot be written so many are kept, the newest."""


class Watch:
    """Turns outcomes into metrics. waiting: tells how many segments are not at their end."""

    def __init__(
        self,
        store: MetricStore,
        waiting: Callable[[], int],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._count, self._clock = store, waiting, clock
        self._waiting: list[Metric] = []
        self._flushed = clock()

    def see(self, lease: Lease, outcome: Outcome) -> None:
        """Take an outcome into account; writes what has gathered now and then."""
        if isinstance(outcome, Finished):
            self._waiting += _of_finished(lease, outcome)
        elif isinstance(outcome, Failure):
            labels = {"code": outcome.code, "analyzer": outcome.analyzer or "", **_place(outcome.segment)}
            self._waiting.append(Metric("error", 1.0, labels, None, lease.job.job_id))
        if self._clock() - self._flushed >= FLUSH_S:
            self.flush()

    def flush(self) -> None:
        """Write what has gathered, if anything has, and how many segments wait."""
        self._flushed = self._clock()
        if not self._waiting:
            return
        try:
            self._store.record([*self._waiting, Metric("segments_waiting", float(self._count()))])
            self._waiting.clear()
        except Exception as error:
            log_failure("metrics not written", error)
        del self._waiting[:-MOST]


def _of_finished(lease: Lease, outcome: Finished) -> Iterator[Metric]:
    segment, job_id = outcome.segment, lease.job.job_id
    place = {"kind": lease.medium.info.kind, **_place(segment)}
    node = outcome.receipts[0].node if outcome.receipts else None
    costs: list[tuple[MetricKind, float, Mapping[str, str | int], str | None]] = []
    if outcome.decode_cpu_s is not None:
        costs.append(("decode_cpu_s", outcome.decode_cpu_s, place, node))
    for receipt in outcome.receipts:
        labels = {"analyzer": receipt.key.analyzer, "version": receipt.key.model_version, **place}
        costs.append(("analyzer_cpu_s", receipt.cpu_s, labels, receipt.node))
        costs.append(("analyzer_wall_s", receipt.wall_s, labels, receipt.node))
    return (Metric(kind, value, labels, where, job_id) for kind, value, labels, where in costs)


def _place(segment: Segment) -> dict[str, str | int]:
    return {
        "content_id": segment.content_id,
        "segment": segment.no,
        "media_us": segment.end_us - segment.start_us,
    }
