"""Jobs in PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import ARRAY, Cast, Connection, Engine, Row, Uuid, any_, cast, func, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert

from aima.domain.job import EndedJob, Job, JobState
from aima.domain.text import storable
from aima.errors import StoreError
from aima.stores.postgres.announce import announce
from aima.stores.postgres.schema import analysis_jobs as jobs
from aima.stores.postgres.schema import job_assignments as assignments
from aima.stores.postgres.schema import media_files
from aima.telemetry.failpoints import failpoint

ENDS: Final[frozenset[JobState]] = frozenset({"done", "failed", "cancelled"})


class PostgresJobs:
    """`JobStore` on PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, job: Job) -> None:
        """Insert a job; it was created by the owner of its medium. A known job stays as it is."""
        with self._engine.begin() as connection:
            insert_job(connection, job)
        failpoint("jobs.added")

    def set_state(
        self,
        job_id: str,
        state: JobState,
        *,
        code: str | None = None,
        detail: str | None = None,
        problems: Sequence[dict[str, object]] = (),
    ) -> None:
        """Move a job on; sets started_at or completed_at with it. Who worked on a job that ends is done with it.

        Raises:
            StoreError: there is no such job.
        """
        row = {"status": state, "code": code, "detail": storable(detail), "problems": storable(list(problems))}
        change = update(jobs).where(jobs.c.job_id == job_id).values(row | _times(state))
        with self._engine.begin() as connection:
            medium = connection.scalar(change.returning(jobs.c.media_id))
            if medium is None:
                raise StoreError(f"there is no job {job_id}")
            if state in ENDS:
                end_assignments(connection, [job_id], state)
            if state in {"done", "failed"}:
                content = select(media_files.c.content_id).where(media_files.c.media_id == medium)
                announce(connection, "content", connection.scalars(content))
                announce(connection, "medium", [medium])
        failpoint("jobs.moved")

    def of(self, job_ids: Collection[str]) -> list[Job]:
        """These jobs as far as there are any, oldest first."""
        query = select(jobs).where(jobs.c.job_id == any_(ids(job_ids)))
        with self._engine.connect() as connection:
            return [job_of(row) for row in connection.execute(query.order_by(jobs.c.created_at, jobs.c.job_id))]

    def all(self) -> list[Job]:
        """Every job, oldest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(jobs).order_by(jobs.c.created_at, jobs.c.job_id))
            return [job_of(row) for row in rows]

    def of_medium(self, media_id: str) -> list[Job]:
        """Jobs of a medium, newest first."""
        query = select(jobs).where(jobs.c.media_id == media_id)
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(jobs.c.created_at.desc(), jobs.c.job_id)).all()
        return [job_of(row) for row in rows]

    def ended(self) -> list[Job]:
        """Every job that is done or failed, oldest first (by completed_at, then job_id)."""
        query = select(jobs).where(jobs.c.status.in_(("done", "failed")))
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(jobs.c.completed_at, jobs.c.job_id)).all()
        return [job_of(row) for row in rows]

    def ended_by_content(self, content_ids: Collection[str] | None = None) -> dict[str, list[Job]]:
        """The same by content, of these contents or of all."""
        return self._by_content(("done", "failed"), content_ids)

    def begun_by_content(self, content_ids: Collection[str] | None = None) -> dict[str, list[Job]]:
        """Jobs that are running or paused by content, of these contents or of all, oldest first."""
        return self._by_content(("running", "paused"), content_ids)

    def newest_ended(self, media_ids: Collection[str] | None = None) -> dict[str, EndedJob]:
        """The job that ended last of each of these media, or of all, by medium."""
        query = (
            select(jobs, media_files.c.content_id)
            .join(media_files, media_files.c.media_id == jobs.c.media_id)
            .where(jobs.c.status.in_(("done", "failed")))
            .order_by(jobs.c.media_id, jobs.c.completed_at.desc(), jobs.c.job_id)
            .ext(distinct_on(jobs.c.media_id))
        )
        if media_ids is not None:
            query = query.where(jobs.c.media_id.in_(media_ids))
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return {row.media_id: EndedJob(job_of(row), row.content_id, row.completed_at) for row in rows}

    def _by_content(self, states: Collection[JobState], content_ids: Collection[str] | None) -> dict[str, list[Job]]:
        query = select(jobs, media_files.c.content_id).join(media_files).where(jobs.c.status.in_(states))
        if content_ids is not None:
            query = query.where(media_files.c.content_id.in_(content_ids))
        ordered = query.order_by(jobs.c.completed_at, jobs.c.created_at, jobs.c.job_id)
        found: dict[str, list[Job]] = {}
        with self._engine.connect() as connection:
            for row in connection.execute(ordered):
                found.setdefault(row.content_id, []).append(job_of(row))
        return found


def ids(job_ids: Collection[str]) -> Cast[Any]:
    """Ids as one value of a statement, however many there are; compare with `any_`."""
    return cast(list(job_ids), ARRAY(Uuid(as_uuid=False)))


def insert_job(connection: Connection, job: Job) -> bool:
    """Insert a job in this transaction, created by the owner of its medium. False: it is known, and stays as it is."""
    owner = select(media_files.c.uploaded_by).where(media_files.c.media_id == job.media_id).scalar_subquery()
    row = {
        "job_id": job.job_id,
        "media_id": job.media_id,
        "batch_id": job.batch_id,
        "job_type": "analysis",
        "status": job.state,
        "priority": job.priority,
        "analyzers": storable(job.analyzers),
        "request": storable(job.request),
        "code": job.code,
        "detail": storable(job.detail),
        "problems": storable(job.problems),
        "created_by": owner,
        **_times(job.state),
    }
    added = insert(jobs).values(row).on_conflict_do_nothing().returning(jobs.c.job_id)
    return connection.scalar(added) is not None


def end_assignments(connection: Connection, job_ids: Collection[str], state: JobState) -> None:
    """Who works on these jobs is done with them, in this transaction; state: how the jobs ended."""
    ended = update(assignments).where(assignments.c.job_id == any_(ids(job_ids)), assignments.c.completed_at.is_(None))
    connection.execute(ended.values(completed_at=func.clock_timestamp(), status=state))


def _times(state: JobState) -> dict[str, Any]:
    match state:
        case "queued" | "paused":
            return {}
        case "running":
            return {"started_at": func.clock_timestamp(), "completed_at": None}
    return {"completed_at": func.clock_timestamp()}


def job_of(row: Row[Any]) -> Job:
    """The job in a row of its table."""
    return Job(
        job_id=row.job_id,
        media_id=row.media_id,
        analyzers=row.analyzers,
        state=row.status,
        batch_id=row.batch_id,
        priority=row.priority,
        code=row.code,
        detail=row.detail,
        problems=tuple(row.problems),
        request=row.request,
    )
