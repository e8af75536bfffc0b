"""What the table definitions share."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, DateTime, ForeignKey, MetaData, Uuid, func

metadata = MetaData()


def uuid_column(name: str, target: str | None = None, *, primary_key: bool = False, null: bool = False) -> Column[Any]:
    """A column of ids, made in Python and read as text; `target` is the column that it refers to."""
    links = [ForeignKey(target)] if target else []
    return Column(name, Uuid(as_uuid=False), *links, primary_key=primary_key, nullable=null)


def stamp(name: str, *, now: bool = False) -> Column[datetime]:
    """A wall clock column; `now` fills it by itself."""
    default = func.now() if now else None
    return Column(name, DateTime(timezone=True), server_default=default, nullable=not now)
