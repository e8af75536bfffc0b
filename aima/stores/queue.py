"""Port of the queue: jobs and their segments wait in the truth, fleets take them for a while."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from aima.domain.job import Job
from aima.domain.media import Segment
from aima.domain.observation import Receipt
from aima.domain.queue import Assignment, Fleet, JobProgress, Lease, LeaseKey, Node


class QueueStore(Protocol):
    """What waits, who works on it, and how far it is. Times are those of the database."""

    def submit(self, job: Job, segments: Sequence[Segment], done: Collection[tuple[str, int]] = ()) -> None:
        """Add a job with the segments that it needs, in one transaction, and wake the fleets.

        done: (stream, no) of those that miss nothing; they count as done from the start. A known job stays as it is.
        """
        ...

    def lease(self, fleet_id: str, limit: int, lease_s: float, job_ids: Collection[str] | None = None) -> list[Lease]:
        """Take segments of jobs that are queued or running, each for so many seconds: highest priority first, then the
        oldest job, then by stream and number. job_ids: of these jobs only.

        Also those whose lease another fleet let run out (which counts as a loss); its own are prolonged. Not those
        whose time has not come (see `fail`), and none of a content and segment that a living lease of any job holds.
        Jobs that begin are moved to "running". Two fleets never get the same (SKIP LOCKED).
        """
        ...

    def keep(self, fleet_id: str, lease_s: float, done_us: Mapping[LeaseKey, int]) -> set[LeaseKey]:
        """Prolong what the fleet holds, note how far it is, and say that the fleet lives.

        Gives what it still holds: not what was taken from it, or whose job is gone.
        """
        ...

    def finish(self, key: LeaseKey, receipts: Sequence[Receipt], decode_cpu_s: float) -> None:
        """The segment is observed: its markers, crops and state in one transaction, whoever holds it. Repeating it
        changes nothing. Nothing is written if the job is gone."""
        ...

    def fail(self, key: LeaseKey, code: str, detail: str, again_in_s: float | None) -> None:
        """The attempt failed. again_in_s: it waits so long and is tried once more; None: it is given up.

        Nothing changes if nobody holds the segment.
        """
        ...

    def give_back(self, fleet_id: str, keys: Collection[LeaseKey] | None = None, *, is_loss: bool) -> int:
        """Return these leases of the fleet, or all, without counting the attempt; is_loss: counts as a loss.
        Gives how many."""
        ...

    def finished_jobs(self, job_ids: Collection[str] | None = None) -> list[JobProgress]:
        """Jobs that are queued or running and have no segment that waits or is leased: they want to be ended."""
        ...

    def progress(self, job_ids: Collection[str] | None = None) -> list[JobProgress]:
        """These jobs, ended ones too, oldest first; None: every job that is queued, running or paused."""
        ...

    def cancel(self, job_ids: Collection[str]) -> list[Job]:
        """End queued, running and paused jobs now; segments in work may still finish. Gives the jobs that changed."""
        ...

    def pause(self, job_ids: Collection[str]) -> list[Job]:
        """Nothing of these jobs is leased any more until they are resumed. Gives the jobs that changed."""
        ...

    def resume(self, job_ids: Collection[str]) -> list[Job]:
        """The inverse of `pause`; wakes the fleets."""
        ...

    def prioritise(self, job_ids: Collection[str], priority: int) -> list[Job]:
        """Give jobs that have not ended another priority (higher comes first); wakes the fleets."""
        ...

    def next_due_s(self) -> float | None:
        """Seconds until a segment that waits, or whose lease runs out, may be taken; 0.0: now; None: nothing waits."""
        ...

    def wait(self, timeout_s: float) -> bool:
        """Sleep until something is submitted or otherwise becomes takeable: True; or until the time is over: False.

        True at once if something may be taken already. A fleet that takes something meanwhile and dies wakes nobody.
        """
        ...

    def wake(self) -> None:
        """Have everybody who sleeps in `wait` look."""
        ...

    def show(self, fleet: Fleet) -> None:
        """Insert or update a fleet; it lives now."""
        ...

    def retire(self, fleet_id: str) -> None:
        """Forget a fleet and give back what it holds (a loss)."""
        ...

    def retire_named(self, name: str, but: str) -> int:
        """Retire every fleet of this name but one: earlier lives of the same process. Gives how many."""
        ...

    def fleets(self, alive_s: float | None = None) -> list[Fleet]:
        """Every fleet, or those that were seen in the last so many seconds, oldest first."""
        ...

    def assign(self, job_id: str, node: Node) -> None:
        """A machine works on a job: the machine in gpu_instances, the job on it in job_assignments, each once."""
        ...

    def assignments(self, job_id: str) -> list[Assignment]:
        """Which machines worked on a job, oldest first. They end when the job ends."""
        ...
