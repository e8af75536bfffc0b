"""Tables: hearings, speakers, turns, utterances, soundings."""

from __future__ import annotations

from sqlalchemy import (
    REAL,
    BigInteger,
    Column,
    Computed,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

from aima.stores.postgres.schema.base import metadata, uuid_column

hearings = Table(
    "hearings",
    metadata,
    Column("content_id", Text, ForeignKey("contents.content_id", ondelete="CASCADE"), primary_key=True),
    Column("input_hash", Text, nullable=False),
)

speakers = Table(
    "speakers",
    metadata,
    Column("content_id", Text, ForeignKey("hearings.content_id", ondelete="CASCADE"), primary_key=True),
    Column("no", Integer, primary_key=True, autoincrement=False),
    Column("seconds", Double, nullable=False),
    Column("dimension", Integer, nullable=False),
    Column("vector", LargeBinary),
    Column("vectors", LargeBinary, nullable=False),
)

turns = Table(
    "turns",
    metadata,
    uuid_column("turn_id", primary_key=True),
    Column("content_id", Text, nullable=False),
    Column("speaker", Integer, nullable=False),
    Column("start_us", BigInteger, nullable=False),
    Column("end_us", BigInteger, nullable=False),
    ForeignKeyConstraint(["content_id", "speaker"], ["speakers.content_id", "speakers.no"], ondelete="CASCADE"),
    Index("turns_content_id", "content_id", "start_us"),
)

utterances = Table(
    "utterances",
    metadata,
    uuid_column("utterance_id", primary_key=True),
    Column("content_id", Text, ForeignKey("hearings.content_id", ondelete="CASCADE"), nullable=False),
    Column("start_us", BigInteger, nullable=False),
    Column("end_us", BigInteger, nullable=False),
    Column("speaker", Integer),
    Column("language", Text, nullable=False),
    Column("text", Text, nullable=False),
    uuid_column("text_id"),
    Column("words", JSONB, nullable=False),
    Column(
        "stems",
        TSVECTOR,
        Computed(
            "to_tsvector('simple', text) || to_tsvector('german', text) || to_tsvector('english', text)",
            persisted=True,
        ),
    ),
    ForeignKeyConstraint(["content_id", "speaker"], ["speakers.content_id", "speakers.no"], ondelete="CASCADE"),
    Index("utterances_content_id", "content_id", "start_us"),
    Index("utterances_text_id", "text_id"),
    Index("utterances_stems", "stems", postgresql_using="gin"),
)

soundings = Table(
    "soundings",
    metadata,
    Column("content_id", Text, ForeignKey("hearings.content_id", ondelete="CASCADE"), primary_key=True),
    Column("label", Text, primary_key=True),
    Column("start_us", BigInteger, primary_key=True),
    Column("end_us", BigInteger, nullable=False),
    Column("score", REAL, nullable=False),
)
