"""Tables: outbox, outbox_cursors, outbox_dead_letters, active_models."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Identity, Table, Text

from aima.stores.postgres.schema.base import metadata, stamp

outbox = Table(
    "outbox",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    Column("topic", Text, nullable=False),
    Column("key", Text, nullable=False),
    stamp("created_at", now=True),
)

outbox_cursors = Table(
    "outbox_cursors",
    metadata,
    Column("consumer", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    stamp("updated_at", now=True),
)

outbox_dead_letters = Table(
    "outbox_dead_letters",
    metadata,
    Column("consumer", Text, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("code", Text, nullable=False),
    Column("detail", Text, nullable=False),
    stamp("created_at", now=True),
)

active_models = Table(
    "active_models",
    metadata,
    Column("task", Text, primary_key=True),
    Column("model", Text, nullable=False),
    Column("model_version", Text, nullable=False),
    Column("event_seq", BigInteger, ForeignKey("ledger_events.seq"), nullable=False),
)
