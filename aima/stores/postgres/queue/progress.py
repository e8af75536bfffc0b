"""Progress: how far jobs are, and which want to be ended."""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, any_, func, select, text, true
from sqlalchemy.dialects.postgresql import aggregate_order_by

from aima.domain.queue import JobProgress, SegmentFailure
from aima.stores.postgres.jobs import ids, job_of
from aima.stores.postgres.queue.base import Part
from aima.stores.postgres.queue.steering import OPEN
from aima.stores.postgres.schema import analysis_jobs as jobs
from aima.stores.postgres.schema import job_segments, media_files, segments

# In plain text, as the predicates of the indexes have it. Asked of each open job in turn: a join would read all rows.
FINISHED: Final = text("""
SELECT CAST(j.job_id AS text) FROM analysis_jobs j
WHERE j.status IN ('queued', 'running') AND (CAST(:jobs AS uuid[]) IS NULL OR j.job_id = ANY (CAST(:jobs AS uuid[])))
    AND (SELECT s.job_id FROM job_segments s WHERE s.job_id = j.job_id AND s.state IN ('waiting', 'leased') LIMIT 1)
        IS NULL
""")

_LENGTH: Final = segments.c.end_us - segments.c.start_us
_FAILURE: Final = func.jsonb_build_array(
    job_segments.c.segment_no, job_segments.c.code, job_segments.c.detail, job_segments.c.stream
)
_ORDER: Final = (job_segments.c.stream, job_segments.c.segment_no)


class Progress(Part):
    """How far jobs are."""

    def finished_jobs(self, job_ids: Collection[str] | None = None) -> list[JobProgress]:
        """Jobs that are queued or running and have no segment that waits or is leased: they want to be ended."""
        wanted = None if job_ids is None else list(job_ids)
        with self._engine.connect() as connection:
            found = connection.scalars(FINISHED, {"jobs": wanted}).all()
        return [each for each in self.progress(found) if each.state in {"queued", "running"}] if found else []

    def progress(self, job_ids: Collection[str] | None = None) -> list[JobProgress]:
        """These jobs, ended ones too, oldest first; None: every job that is queued, running or paused."""
        which = jobs.c.status.in_(OPEN) if job_ids is None else jobs.c.job_id == any_(ids(job_ids))
        with self._engine.connect() as connection:
            return [_progress_of(row) for row in connection.execute(_PROGRESS.where(which))]


def _count(state: str) -> ColumnElement[int]:
    return func.count().filter(job_segments.c.state == state).label(state)


def _sum(value: ColumnElement[Any], state: str | None = None) -> ColumnElement[Any]:
    summed = func.sum(value) if state is None else func.sum(value).filter(job_segments.c.state == state)
    return func.coalesce(summed, 0)


_SAME_SEGMENT: Final = and_(
    segments.c.content_id == media_files.c.content_id,
    segments.c.stream == job_segments.c.stream,
    segments.c.no == job_segments.c.segment_no,
)
_COUNTED: Final = (
    select(
        func.count().label("segments"),
        _count("done"),
        _count("leased"),
        _count("waiting"),
        (_sum(_LENGTH, "done") + _sum(func.least(job_segments.c.done_us, _LENGTH), "leased")).label("done_us"),
        _sum(_LENGTH).label("total_us"),
        _sum(job_segments.c.decode_cpu_s).label("decode_cpu_s"),
        func.jsonb_agg(aggregate_order_by(_FAILURE, *_ORDER))
        .filter(job_segments.c.state == "failed")
        .label("failures"),
    )
    .join_from(job_segments, segments, _SAME_SEGMENT)
    .where(job_segments.c.job_id == jobs.c.job_id)
    .lateral("counted")
)
_PROGRESS: Final = (
    select(jobs, media_files.c.raw_filename, *_COUNTED.c)
    .join_from(jobs, media_files)
    .join(_COUNTED, true())
    .order_by(jobs.c.created_at, jobs.c.job_id)
)


def _progress_of(row: Row[Any]) -> JobProgress:
    job = job_of(row)
    return JobProgress(
        job=job,
        state=job.state,
        filename=os.fsdecode(row.raw_filename),
        segments=row.segments,
        done=row.done,
        leased=row.leased,
        waiting=row.waiting,
        done_us=int(row.done_us),
        total_us=int(row.total_us),
        decode_cpu_s=float(row.decode_cpu_s),
        created_at=row.created_at,
        started_at=row.started_at,
        completed_at=row.completed_at,
        failures=tuple(SegmentFailure(*failure) for failure in row.failures or ()),
    )
