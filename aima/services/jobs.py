"""Jobs: what waits, runs and has ended, and steering it."""

from __future__ import annotations

import builtins
import uuid
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress

from aima.domain.job import Job
from aima.domain.queue import JobProgress
from aima.domain.text import display
from aima.errors import JobError, JobUnknown, MediaError, MediaMissing
from aima.services.media import MIN_PREFIX, find_medium
from aima.stores.ports import Stores

Steer = Callable[[Collection[str]], builtins.list[Job]]


class JobService:
    """Lists jobs and steers those that have not ended.

    A job is given by its id, the beginning of one, or its medium: by id, beginning of an id, name or path.
    """

    def __init__(self, stores: Stores) -> None:
        self._stores, self._queue = stores, stores.queue

    def list(self, everything: bool = False) -> builtins.list[JobProgress]:
        """Jobs that have not ended, or all, oldest first."""
        if not everything:
            return self._queue.progress()
        return self._queue.progress([job.job_id for job in self._stores.jobs.all()])

    def show(self, which: str) -> JobProgress:
        """A job; of a medium the newest one.

        Raises:
            JobUnknown: there is none.
            JobError: several are meant.
        """
        newest = self._meant(which)[0]
        return self._queue.progress([newest.job_id])[0]

    def cancel(self, which: Sequence[str]) -> builtins.list[Job]:
        """End jobs now; what they have observed stays. Gives those that changed.

        Raises:
            JobUnknown: one of them is not there; nothing is changed.
            JobError: several are meant by one of them, or one has ended; nothing is changed.
        """
        return self._steer(which, self._queue.cancel)

    def pause(self, which: Sequence[str]) -> builtins.list[Job]:
        """Take nothing more of these jobs in hand; see `cancel` for what it gives and raises."""
        return self._steer(which, self._queue.pause)

    def resume(self, which: Sequence[str]) -> builtins.list[Job]:
        """Let paused jobs go on; see `cancel` for what it gives and raises."""
        return self._steer(which, self._queue.resume)

    def prioritise(self, which: Sequence[str], priority: int) -> builtins.list[Job]:
        """Let jobs come before others (higher), or after them; see `cancel` for what it gives and raises."""
        return self._steer(which, lambda ids: self._queue.prioritise(ids, priority))

    def _steer(self, which: Sequence[str], do: Steer) -> builtins.list[Job]:
        meant = [job for one in which for job in self._open(one)]
        return do({job.job_id for job in meant})

    def _open(self, which: str) -> builtins.list[Job]:
        found = self._meant(which)
        still = [job for job in found if not job.has_ended]
        if not still:
            raise JobError(f"job {found[0].job_id[:8]} has ended: {found[0].state}", "see: aima jobs list --all")
        return still

    def _meant(self, which: str) -> builtins.list[Job]:
        """The job, or the jobs of the medium, newest first; at least one."""
        with suppress(ValueError):
            if jobs := self._stores.jobs.of([str(uuid.UUID(which))]):
                return jobs
        by_id = [job for job in self._stores.jobs.all() if job.job_id.startswith(which.casefold())]
        if len(which) >= MIN_PREFIX and by_id:
            if len(by_id) > 1:
                ids = ", ".join(job.job_id[:8] for job in by_id)
                raise JobError(f"{display(which)!r} means {len(by_id)} jobs: {ids}", "give more of the id")
            return by_id
        return self._of_medium(which)

    def _of_medium(self, which: str) -> builtins.list[Job]:
        try:
            medium = find_medium(self._stores.media, which)
        except MediaMissing as error:
            raise JobUnknown(f"there is no job {display(which)!r}", "see: aima jobs list --all") from error
        except MediaError as error:
            raise JobError(error.message, error.remedy) from error
        if found := self._stores.jobs.of_medium(medium.media_id):
            return found
        raise JobUnknown(f"{display(medium.filename)} was never analyzed", "run: aima analyze")
