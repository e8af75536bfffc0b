"""Tables: users, contents, segments, media_files."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB

from aima.stores.postgres.schema.base import metadata, stamp, uuid_column

users = Table(
    "users",
    metadata,
    uuid_column("user_id", primary_key=True),
    Column("username", Text, nullable=False, unique=True),
    Column("email", Text, unique=True),
    Column("password_hash", Text),
    Column("role", Text, nullable=False),
    stamp("created_at", now=True),
    stamp("last_login"),
)

contents = Table(
    "contents",
    metadata,
    Column("content_id", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("info", JSONB, nullable=False),
    stamp("created_at", now=True),
)

segments = Table(
    "segments",
    metadata,
    Column("content_id", Text, ForeignKey("contents.content_id", ondelete="CASCADE"), primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("no", Integer, primary_key=True, autoincrement=False),
    Column("start_us", BigInteger, nullable=False),
    Column("end_us", BigInteger, nullable=False),
)

media_files = Table(
    "media_files",
    metadata,
    uuid_column("media_id", primary_key=True),
    Column("content_id", Text, ForeignKey("contents.content_id"), nullable=False),
    Column("filename", Text, nullable=False),
    Column("file_path", Text, nullable=False),
    Column("raw_filename", LargeBinary, nullable=False),
    Column("raw_path", LargeBinary, nullable=False),
    Column("file_size", BigInteger, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("duration_us", BigInteger, nullable=False),
    stamp("created_at", now=True),
    uuid_column("uploaded_by", "users.user_id"),
    UniqueConstraint("uploaded_by", "content_id"),
    Index("media_files_content_id", "content_id"),
)
