"""Users: for now the local owner alone."""

from __future__ import annotations

import uuid

from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql import insert

from aima.domain.media import NAMESPACE
from aima.stores.postgres.schema import users


def user_id(name: str) -> str:
    """The same name has the same id everywhere."""
    return str(uuid.uuid5(NAMESPACE, f"user:{name}"))


def ensure_user(engine: Engine, name: str) -> str:
    """Id of the user of this name; the row is made at first use."""
    row = {"user_id": user_id(name), "username": name, "role": "owner"}
    with engine.begin() as connection:
        connection.execute(insert(users).values(row).on_conflict_do_nothing())
    return row["user_id"]
