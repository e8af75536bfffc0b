"""Tables: observation_files, crops."""

from __future__ import annotations

from sqlalchemy import ARRAY, REAL, BigInteger, Column, Double, ForeignKey, Index, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from aima.stores.postgres.schema.base import metadata, stamp

observation_files = Table(
    "observation_files",
    metadata,
    Column("content_id", Text, ForeignKey("contents.content_id", ondelete="CASCADE"), primary_key=True),
    Column("analyzer", Text, primary_key=True),
    Column("model_version", Text, primary_key=True),
    Column("options_hash", Text, primary_key=True),
    Column("segment_no", Integer, primary_key=True, autoincrement=False),
    Column("stream", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("node", Text, nullable=False),
    Column("gpu", Text),
    Column("cpu_s", Double, nullable=False),
    Column("wall_s", Double, nullable=False),
    Column("problems", JSONB, nullable=False),
    stamp("created_at", now=True),
)

crops = Table(
    "crops",
    metadata,
    Column("path", Text, primary_key=True),
    Column("content_id", Text, ForeignKey("contents.content_id", ondelete="CASCADE"), nullable=False),
    Column("segment_no", Integer, nullable=False),
    Column("pts_us", BigInteger, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("box", ARRAY(REAL), nullable=False),
    Column("quality", REAL, nullable=False),
    Column("sha256", Text, nullable=False),
    Index("crops_content_id", "content_id", "pts_us", "ordinal"),
)
