"""Progress of an analysis in seconds of media, with its rate and the time left."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from aima.domain.queue import JobProgress


@dataclass(frozen=True, slots=True)
class Progress:
    """A moment of an analysis.

    done_s, total_s: seconds of media that were missing when it began. rate: seconds of media per second of wall time.
    left_s: seconds of wall time to go, or None as long as nothing is done.
    """

    done_s: float
    total_s: float
    segments_done: int
    segments: int
    rate: float
    left_s: float | None


Listener = Callable[[Progress], None]


@dataclass(slots=True)
class _Job:
    """Microseconds and segments of a job: before anybody looked, now, and in all."""

    before_us: int
    before: int
    total_us: int
    segments: int
    done_us: int = 0
    done: int = 0


@dataclass
class Meter:
    """Adds up how far jobs are and tells a listener. Segments that were given up count as done."""

    listener: Listener | None = None
    clock: Callable[[], float] = time.monotonic
    _jobs: dict[str, _Job] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._started = self.clock()

    def see(self, seen: Iterable[JobProgress]) -> None:
        """Take a look into account. What a job had done when it was seen first does not count."""
        for progress in seen:
            first = _Job(progress.done_us, progress.done, progress.total_us, progress.segments)
            job = self._jobs.setdefault(progress.job.job_id, first)
            has_ended = progress.job.has_ended
            job.done_us = max(job.done_us, job.total_us if has_ended else progress.done_us)
            job.done = max(job.done, job.segments if has_ended else progress.done + len(progress.failures))
        if self.listener:
            self.listener(self.now())

    def now(self) -> Progress:
        """The state at this moment."""
        jobs = self._jobs.values()
        done = sum(max(0, job.done_us - job.before_us) for job in jobs) / 1e6
        total = sum(job.total_us - job.before_us for job in jobs) / 1e6
        elapsed = max(1e-9, self.clock() - self._started)
        rate = done / elapsed
        left = (total - done) / rate if rate > 0 else None
        finished = sum(max(0, job.done - job.before) for job in jobs)
        return Progress(done, total, finished, sum(job.segments - job.before for job in jobs), rate, left)
