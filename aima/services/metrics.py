"""Metrics: what an analysis costs and how the stores keep up, and the figures that are made of it.

Whatever goes wrong here is logged and never stops what is measured.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Final

from aima.domain.figures import Figures
from aima.domain.media import Segment
from aima.domain.metric import Metric, MetricKind
from aima.errors import AimaError
from aima.pipeline.task import Failure, Finished, Outcome, SegmentTask
from aima.settings import Settings
from aima.stores.ports import MetricStore, Stores
from aima.telemetry.logs import logger

FLUSH_S: Final = 10.0
"""Metrics of a running analysis are written together so often ..."""
MOST: Final = 20_000
"""... and while they cannot be written so many are kept, the newest."""
PAUSE_S: Final = 60.0
"""Upkeep that is asked for more often does nothing."""
MONTH_DAYS: Final = 31


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
        except AimaError as error:
            _log("metrics not written", error)
        del self._waiting[:-MOST]

    def _of_finished(self, outcome: Finished) -> Iterator[Metric]:
        segment = outcome.segment
        self._open.discard((segment.content_id, segment.no))
        place = {"kind": self._kinds.get(segment.content_id, ""), **_place(segment)}
        node = outcome.receipts[0].node if outcome.receipts else None
        yield self._metric("decode_cpu_s", outcome.decode_cpu_s, segment, place, node)
        for receipt in outcome.receipts:
            labels = {"analyzer": receipt.key.analyzer, "version": receipt.key.model_version, **place}
            yield self._metric("analyzer_cpu_s", receipt.cpu_s, segment, labels, receipt.node)
            yield self._metric("analyzer_wall_s", receipt.wall_s, segment, labels, receipt.node)

    def _metric(
        self, kind: MetricKind, value: float, segment: Segment, labels: Mapping[str, str | int], node: str | None = None
    ) -> Metric:
        return Metric(kind, value, labels, node, self._jobs.get(segment.content_id))


class MetricsService:
    """Writes metrics, makes figures of them, and forgets those that are old."""

    def __init__(self, settings: Settings, stores: Stores) -> None:
        self._settings, self._stores = settings.metrics, stores
        self._kept_up: float | None = None

    @contextmanager
    def watch(self, tasks: Sequence[SegmentTask], jobs: Mapping[str, str]) -> Iterator[Watch]:
        """Watch the tasks of an analysis; what has gathered is written at the end. jobs: job ids by content."""
        watch = Watch(self._stores.metrics, tasks, jobs)
        try:
            yield watch
        finally:
            if tasks:
                watch.flush()

    def refresh(self, max_age_s: float = 0.0) -> bool:
        """Make the figures anew, unless they are younger than that; says whether it did. Never raises an AimaError."""
        try:
            age = datetime.now(UTC) - self._stores.dashboards.refreshed_at()
            return age >= timedelta(seconds=max_age_s) and self._stores.dashboards.refresh()
        except AimaError as error:
            _log("figures not refreshed", error)
            return False

    def upkeep(self) -> None:
        """What a process that runs for long calls again and again: note how far consumers lag, refresh, forget.

        Cheap when it is called often: within a minute it does nothing. Never raises an AimaError.
        """
        now = time.monotonic()
        if self._kept_up is not None and now - self._kept_up < PAUSE_S:
            return
        self._kept_up = now
        try:
            self._stores.metrics.record(self._lags())
            self._stores.metrics.drop_before(self._oldest())
        except AimaError as error:
            _log("metrics not kept up", error)
        self.refresh(self._settings.refresh_s)

    def figures(self, persons: int = 20) -> Figures:
        """The figures as they were made last, with so many persons.

        Raises:
            StoreUnreachable: the database does not answer.
        """
        return self._stores.dashboards.figures(persons)

    def _lags(self) -> list[Metric]:
        head = self._stores.outbox.head()
        cursors = self._stores.outbox.cursors()
        return [Metric("outbox_lag", float(head - seq), {"consumer": name}) for name, seq in sorted(cursors.items())]

    def _oldest(self) -> date:
        return datetime.now(UTC).date() - timedelta(days=MONTH_DAYS * self._settings.keep_months)


def _place(segment: Segment) -> dict[str, str | int]:
    return {
        "content_id": segment.content_id,
        "segment": segment.no,
        "media_us": segment.end_us - segment.start_us,
    }


def _log(what: str, error: AimaError) -> None:
    fields = {"code": error.code, "detail": error.message}
    logger("services.metrics").warning(what, extra={"fields": fields})
