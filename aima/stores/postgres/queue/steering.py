"""Steering: jobs are submitted, cancelled, paused, resumed, and overtake each other."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Update, any_, case, func, select, text, update

from aima.domain.job import Job, JobState
from aima.domain.media import Segment
from aima.errors import StoreError
from aima.stores.postgres.jobs import end_assignments, ids, insert_job, job_of
from aima.stores.postgres.queue.base import Part, alone, wake
from aima.stores.postgres.schema import analysis_jobs as jobs
from aima.telemetry.failpoints import failpoint

OPEN: Final[tuple[JobState, ...]] = ("queued", "running", "paused")

# Only segments that the content of the job's medium has: lengths are read from there.
ADD = text("""
INSERT INTO job_segments (job_id, content_id, stream, segment_no, state)
SELECT :job, g.content_id, g.stream, g.no, CASE WHEN given.is_done THEN 'done' ELSE 'waiting' END
FROM unnest(
    CAST(:contents AS text[]), CAST(:streams AS text[]), CAST(:nos AS integer[]), CAST(:done AS boolean[])
) AS given (content_id, stream, no, is_done)
JOIN media_files m ON m.media_id = :medium AND m.content_id = given.content_id
JOIN segments g ON g.content_id = given.content_id AND g.stream = given.stream AND g.no = given.no
""")


class Steering(Part):
    """What is wanted, and in which order."""

    def submit(self, job: Job, segments: Sequence[Segment], done: Collection[tuple[str, int]] = ()) -> None:
        """Add a job with the segments that it needs, in one transaction, and wake the fleets; see the port.

        Raises:
            StoreError: the medium of the job has not all of these segments; nothing is written.
        """
        with self._engine.begin() as connection:
            if insert_job(connection, job):
                _add(connection, job, segments, set(done))
                wake(connection)
        failpoint("jobs.added")

    def cancel(self, job_ids: Collection[str]) -> list[Job]:
        """End queued, running and paused jobs now; segments in work may still finish. Gives the jobs that changed.

        What reads the truth counts jobs that are done or failed, so that there is nothing to announce.
        """
        with self._engine.begin() as connection:
            ended = _move(connection, _among(job_ids, OPEN), {"status": "cancelled", "completed_at": _NOW})
            end_assignments(connection, [job.job_id for job in ended], "cancelled")
        return ended

    def pause(self, job_ids: Collection[str]) -> list[Job]:
        """Nothing of these jobs is leased any more until they are resumed. Gives the jobs that changed."""
        with self._engine.begin() as connection:
            return _move(connection, _among(job_ids, ("queued", "running")), {"status": "paused"})

    def resume(self, job_ids: Collection[str]) -> list[Job]:
        """The inverse of `pause`; wakes the fleets."""
        before = case((jobs.c.started_at.is_(None), "queued"), else_="running")
        with self._engine.begin() as connection:
            wake(connection)
            return _move(connection, _among(job_ids, ("paused",)), {"status": before})

    def prioritise(self, job_ids: Collection[str], priority: int) -> list[Job]:
        """Give jobs that have not ended another priority (higher comes first); wakes the fleets."""
        change = _among(job_ids, OPEN).where(jobs.c.priority != priority)
        with self._engine.begin() as connection:
            wake(connection)
            return _move(connection, change, {"priority": priority})


_NOW: Final = func.clock_timestamp()


def _among(job_ids: Collection[str], states: Sequence[JobState]) -> Update:
    return update(jobs).where(jobs.c.job_id == any_(ids(job_ids)), jobs.c.status.in_(states))


def _move(connection: Connection, change: Update, values: dict[str, Any]) -> list[Job]:
    """Change jobs while nothing is taken; gives them as they are now, oldest first."""
    alone(connection)
    moved = change.values(values).returning(*jobs.c).cte("moved")
    return [job_of(row) for row in connection.execute(select(moved).order_by(moved.c.created_at, moved.c.job_id))]


def _add(connection: Connection, job: Job, segments: Sequence[Segment], done: set[tuple[str, int]]) -> None:
    values = {
        "job": job.job_id,
        "medium": job.media_id,
        "contents": [segment.content_id for segment in segments],
        "streams": [segment.stream for segment in segments],
        "nos": [segment.no for segment in segments],
        "done": [(segment.stream, segment.no) in done for segment in segments],
    }
    if connection.execute(ADD, values).rowcount != len(segments):
        raise StoreError(f"the medium {job.media_id} has not all segments of job {job.job_id}", "take it in again")
