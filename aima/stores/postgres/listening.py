"""Connections that hold locks or listen, and hearing what other transactions notify."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine


@contextmanager
def own(engine: Engine) -> Iterator[Connection]:
    """A connection without transactions, which holds locks or listens; never given back in that state."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        try:
            yield connection
        except BaseException:
            connection.invalidate()
            raise


def heard(connection: Connection, timeout_s: float) -> bool:
    """Whether a notification came in this time; one that came with the answer to an earlier query counts."""
    raw: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
    try:
        return any(True for _ in raw.notifies(timeout=timeout_s, stop_after=1))
    except psycopg.OperationalError:  # the driver's own words are not translated here: the next query tells
        return True
