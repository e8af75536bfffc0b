"""Jobs of media made up for the tests of the queue."""

from __future__ import annotations

import uuid
from typing import Any

from aima.domain.job import Job
from aima.domain.media import Segment
from aima.domain.observation import ObservationKey, Receipt
from aima.domain.queue import LeaseKey
from aima.stores.postgres import PostgresStores
from tests.persons_made import SECOND, made_medium

LONG_S = 60.0
"""A lease that does not run out in a test."""


def submit(stores: PostgresStores, name: str, segments: int = 3, owner: str = "local", **more: Any) -> Job:
    """Submit a job on a medium of so many segments of 30 s; more: `done`, and what a job has."""
    medium = made_medium(name, stores.ensure_user(owner), 30 * segments)
    pieces = [
        Segment(medium.content_id, no, "sight", 30 * SECOND * no, 30 * SECOND * (no + 1)) for no in range(segments)
    ]
    stores.media.add(medium, pieces)
    done = more.pop("done", ())
    job = Job(str(uuid.uuid4()), medium.media_id, {"face_detector": {"long_side": 640}}, **more)
    stores.queue.submit(job, pieces, done)
    return job


def key(job: Job, no: int) -> LeaseKey:
    """The name of a segment of a job."""
    return job.job_id, "sight", no


def receipt(content_id: str, no: int, **more: Any) -> Receipt:
    """The marker of a segment."""
    of = ObservationKey(content_id, "face_detector", "faces@1", "0" * 16)
    return Receipt(of, no, f"obs/{no}.parquet", "ab" * 32, 10, 1.5, 2.5, "node-1", **more)


def segment_row(stores: PostgresStores, name: LeaseKey) -> dict[str, Any]:
    """What the queue holds of a segment."""
    query = "SELECT * FROM job_segments WHERE job_id = %s AND stream = %s AND segment_no = %s"
    with stores.engine.connect() as connection:
        return dict(connection.exec_driver_sql(query, name).mappings().one())


def expire(stores: PostgresStores, fleet_id: str | None = None) -> None:
    """The leases of a fleet, or all, have run out."""
    change = "UPDATE job_segments SET lease_until = now() - interval '1 s' WHERE state = 'leased'"
    with stores.engine.begin() as connection:
        connection.exec_driver_sql(f"{change} AND fleet_id = coalesce(%s, fleet_id)", (fleet_id,))
