"""Tables: sightings, shots, findings, text_vectors."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    REAL,
    BigInteger,
    Column,
    Computed,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import TSVECTOR

from aima.stores.postgres.schema.base import metadata, uuid_column

sightings = Table(
    "sightings",
    metadata,
    Column("content_id", Text, ForeignKey("contents.content_id", ondelete="CASCADE"), primary_key=True),
    Column("input_hash", Text, nullable=False),
)

shots = Table(
    "shots",
    metadata,
    Column("content_id", Text, ForeignKey("sightings.content_id", ondelete="CASCADE"), primary_key=True),
    Column("no", Integer, primary_key=True, autoincrement=False),
    Column("start_us", BigInteger, nullable=False),
    Column("end_us", BigInteger, nullable=False),
    Column("vector_pts_us", ARRAY(BigInteger), nullable=False),
)

findings = Table(
    "findings",
    metadata,
    uuid_column("finding_id", primary_key=True),
    Column("content_id", Text, ForeignKey("sightings.content_id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False),
    uuid_column("text_id"),
    Column("start_us", BigInteger, nullable=False),
    Column("end_us", BigInteger, nullable=False),
    Column("score", REAL, nullable=False),
    Column("best_pts_us", BigInteger, nullable=False),
    Column("box", ARRAY(REAL)),
    Column("most", Integer, nullable=False),
    Column("words", TSVECTOR, Computed("to_tsvector('simple', text)", persisted=True)),
    Index("findings_content_id", "content_id", "start_us"),
    Index("findings_text_id", "text_id"),
    Index("findings_words", "words", postgresql_using="gin"),
)

text_vectors = Table(
    "text_vectors",
    metadata,
    Column("model_version", Text, primary_key=True),
    Column("text_id", Uuid(as_uuid=False), primary_key=True),
    Column("text", Text, nullable=False),
    Column("vector", LargeBinary, nullable=False),
)
