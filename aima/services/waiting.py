"""Waiting for jobs: how far they are, until the last has ended."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Final

from aima.domain.queue import JobProgress
from aima.pipeline.progress import Listener, Meter
from aima.stores.queue import QueueStore

SHARE: Final = 0.05
"""Of the time that may be spent on looking: among very many jobs it is looked more seldom ..."""
MOST_S: Final = 2.0
"""... but so often in any case, on a machine that has no time."""


class Waiting:
    """Some jobs that somebody waits for. `look` asks how far they are and tells it; `is_over`: all have ended."""

    def __init__(self, queue: QueueStore, job_ids: Collection[str], listener: Listener | None = None) -> None:
        self._queue = queue
        self._open = set(job_ids)
        self._meter = Meter(listener)
        self._not_before = 0.0
        self.ended: dict[str, JobProgress] = {}

    @property
    def is_over(self) -> bool:
        """As it was seen last."""
        return not self._open

    @property
    def open(self) -> frozenset[str]:
        """Jobs that had not ended when they were seen last."""
        return frozenset(self._open)

    def look(self) -> None:
        """See how far they are; jobs that are gone count as ended."""
        began = time.monotonic()
        if began < self._not_before or self.is_over:
            return
        seen = {progress.job.job_id: progress for progress in self._queue.progress(self._open)}
        ended = {job_id: progress for job_id, progress in seen.items() if progress.job.has_ended}
        self.ended |= ended
        self._open = seen.keys() - ended.keys()
        self._meter.see(seen.values())
        now = time.monotonic()
        self._not_before = now + min(MOST_S, (now - began) / SHARE)
