"""Tables: job_segments, fleets."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, ForeignKey, Index, Integer, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from aima.stores.postgres.schema.base import metadata, stamp

job_segments = Table(
    "job_segments",
    metadata,
    Column("job_id", Uuid(as_uuid=False), ForeignKey("analysis_jobs.job_id", ondelete="CASCADE"), primary_key=True),
    Column("content_id", Text, nullable=False),
    Column("stream", Text, primary_key=True),
    Column("segment_no", Integer, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("losses", Integer, nullable=False, server_default=text("0")),
    stamp("not_before"),
    Column("fleet_id", Text),
    stamp("lease_until"),
    Column("done_us", BigInteger, nullable=False, server_default=text("0")),
    Column("decode_cpu_s", Double, nullable=False, server_default=text("0")),
    Column("code", Text),
    Column("detail", Text),
    Index(
        "job_segments_open", "job_id", "stream", "segment_no", postgresql_where=text("state IN ('waiting', 'leased')")
    ),
    Index(
        "job_segments_twins",
        "content_id",
        "stream",
        "segment_no",
        postgresql_where=text("state IN ('waiting', 'leased')"),
    ),
    Index(
        "job_segments_leased",
        "content_id",
        "stream",
        "segment_no",
        unique=True,
        postgresql_where=text("state = 'leased'"),
    ),
)

fleets = Table(
    "fleets",
    metadata,
    Column("fleet_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("node", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("places", JSONB, nullable=False),
    Column("in_flight", Integer, nullable=False),
    Column("segments_done", BigInteger, nullable=False),
    stamp("started_at", now=True),
    stamp("seen_at", now=True),
    stamp("since", now=True),
)
