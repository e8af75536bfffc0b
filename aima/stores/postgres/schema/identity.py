"""Tables: ledger_events, fusion_runs, tracks, assignments, persons, person_appearances."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    REAL,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from aima.stores.postgres.schema.base import metadata, stamp, uuid_column

ledger_events = Table(
    "ledger_events",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", Uuid(as_uuid=False), nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("payload", Text, nullable=False),  # canonical JSON as it was hashed
    Column("prev_hash", Text, nullable=False),
    Column("hash", Text, nullable=False, unique=True),
)

persons = Table(
    "persons",
    metadata,
    uuid_column("person_id", primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("name", Text),
    Column("state", Text, nullable=False),
    uuid_column("merged_into", "persons.person_id", null=True),
    Column("hidden", Boolean, nullable=False),
    Column(
        "first_detection_job_id",
        Uuid(as_uuid=False),
        ForeignKey("analysis_jobs.job_id", ondelete="SET NULL"),
    ),
    Column("picture_path", Text),
    stamp("created_at", now=True),
)

fusion_runs = Table(
    "fusion_runs",
    metadata,
    uuid_column("run_id", primary_key=True),
    Column("event_seq", BigInteger, ForeignKey("ledger_events.seq"), nullable=False, unique=True),
    Column("input_hash", Text, nullable=False),
    Column("models", JSONB, nullable=False),
    Column("thresholds", JSONB, nullable=False),
    Column("digest", Text, nullable=False),
    Column("is_current", Boolean, nullable=False),  # the projection: the run that stands
    stamp("created_at", now=True),
)

tracks = Table(
    "tracks",
    metadata,
    uuid_column("track_id", primary_key=True),
    Column("content_id", Text, ForeignKey("contents.content_id", ondelete="CASCADE"), nullable=False),
    Column("stream", Text, nullable=False),
    Column("start_us", BigInteger, nullable=False),
    Column("end_us", BigInteger, nullable=False),
    Column("box", ARRAY(REAL)),  # none for what is heard
    Column("best_pts_us", BigInteger, nullable=False),
    Column("best_ordinal", Integer, nullable=False),
    Column("best_quality", REAL, nullable=False),
    Column("score", REAL, nullable=False),
    Column("samples", Integer, nullable=False),
    Column("expression", ARRAY(REAL)),
    Column("picture_path", Text),
    Column("picture_quality", REAL),
    uuid_column("person_id", "persons.person_id", null=True),  # the projection: whose it is now
    Column("vector_pts_us", ARRAY(BigInteger), nullable=False, server_default=text("'{}'")),
    Column("vector_ordinals", ARRAY(Integer), nullable=False, server_default=text("'{}'")),
    Column("speaker", Integer),  # the voice of a turn in its content
    Index("tracks_content_id", "content_id", "start_us"),
    Index("tracks_person_id", "person_id"),
)

assignments = Table(
    "assignments",
    metadata,
    Column("run_id", Uuid(as_uuid=False), ForeignKey("fusion_runs.run_id", ondelete="CASCADE"), primary_key=True),
    Column("track_id", Uuid(as_uuid=False), ForeignKey("tracks.track_id", ondelete="CASCADE"), primary_key=True),
    uuid_column("person_id", "persons.person_id", null=True),
    Column("log_odds", Double),
    Column("shares", JSONB, nullable=False),
)

person_appearances = Table(
    "person_appearances",
    metadata,
    uuid_column("appearance_id", primary_key=True),
    Column("person_id", Uuid(as_uuid=False), ForeignKey("persons.person_id", ondelete="CASCADE"), nullable=False),
    Column("media_id", Uuid(as_uuid=False), ForeignKey("media_files.media_id", ondelete="CASCADE"), nullable=False),
    Column("first_appearance_time_us", BigInteger, nullable=False),
    Column("last_appearance_time_us", BigInteger, nullable=False),
    Column("confidence", Double, nullable=False),
    Column("source", Text, nullable=False),
    Column("track_ids", ARRAY(Uuid(as_uuid=False)), nullable=False),
    Index(
        "person_appearances_person_id",
        "person_id",
        "media_id",
        "first_appearance_time_us",
        postgresql_include=["last_appearance_time_us", "confidence", "source", "appearance_id"],
    ),
    Index(
        "person_appearances_media_id",
        "media_id",
        "first_appearance_time_us",
        postgresql_include=["person_id", "last_appearance_time_us", "confidence", "source", "appearance_id"],
    ),
)
