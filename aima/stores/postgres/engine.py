"""The connection pool, and what goes wrong with a database in AIMA's words."""

from __future__ import annotations

import functools
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import errors as pg
from sqlalchemy import URL, Connection, Dialect, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from aima.errors import AimaError, DiskFull, SettingInvalid, StoreOutdated, StoreUnreachable

DRIVER = "postgresql+psycopg"
# Connecting takes four round trips, on whatever line. A server that vanished without a word (a cable, a firewall) is
# noticed after about 20 s, asked or idle. A parameter of the URL counts instead.
USUAL = {
    "application_name": "aima",
    "connect_timeout": 20,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 20_000,
}
IDLE_S = 5.0  # a connection that lay so long is asked whether it still stands before it is used


def open_engine(url: str) -> Engine:
    """A pool of connections to a PostgreSQL URL; connects at first use.

    Every error of the driver that a user can mend leaves it as an `AimaError`.

    Raises:
        SettingInvalid: it is no PostgreSQL URL.
    """
    parsed = normalise(url)
    arguments = {name: value for name, value in USUAL.items() if name not in parsed.query}
    made = create_engine(parsed, pool_size=4, max_overflow=8, connect_args=arguments)
    engine = _Database(made.pool, made.dialect, made.url)
    event.listen(engine, "handle_error", _translate)
    event.listen(engine.pool, "checkin", _note_use)
    event.listen(engine.pool, "checkout", functools.partial(_check, made.dialect))
    return engine


class _Database(Engine):
    """Spares round trips: `connect` begins no transaction, `begin` does.

    Single statements see the same either way; who reads several that must fit asks for REPEATABLE READ.
    """

    def connect(self) -> Connection:
        """A connection whose statements each stand for themselves."""
        return super().connect().execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A connection with a transaction, committed at the end."""
        with super().connect() as connection, connection.begin():
            yield connection


def _note_use(_link: Any, record: ConnectionPoolEntry) -> None:
    record.info["used"] = time.monotonic()


def _check(dialect: Dialect, link: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
    """Have the pool replace a connection that does not stand any more. One in use lately is seldom asked."""
    try:
        is_new = "used" not in record.info
        is_fresh = is_new or time.monotonic() - record.info["used"] < IDLE_S
        if not is_fresh or _has_word(link):
            dialect.do_ping(link)
    except psycopg.Error as error:
        raise DisconnectionError from error


def _has_word(link: psycopg.Connection[Any]) -> bool:
    """Whether the server has said something unasked: mostly that it ends the connection."""
    poll = select.poll()
    poll.register(link.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def normalise(url: str) -> URL:
    """The URL with our driver.

    Raises:
        SettingInvalid: it is no PostgreSQL URL.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise SettingInvalid("AIMA_STORES__POSTGRES is no URL", "write postgresql://user@host:5432/name") from error
    if parsed.get_backend_name() not in {"postgresql", "postgres"}:
        raise SettingInvalid(
            f"AIMA_STORES__POSTGRES names {parsed.get_backend_name()}, not PostgreSQL",
            "write postgresql://user@host:5432/name",
        )
    return parsed.set(drivername=DRIVER)


def place(url: URL) -> str:
    """host:port of a database, for messages."""
    return f"{url.host or 'localhost'}:{url.port or 5432}"


def _translate(context: ExceptionContext) -> None:
    error = context.original_exception
    if context.engine is None or not isinstance(error, psycopg.Error):
        return
    if (known := _as_aima_error(error, context.engine.url, context.is_disconnect)) is not None:
        raise known from error


def _as_aima_error(error: psycopg.Error, url: URL, disconnected: bool) -> AimaError | None:
    where = place(url)
    match error:
        case pg.DiskFull():
            return DiskFull(f"the disk of the database at {where} is full", "free space and run the command again")
        case pg.UndefinedTable() | pg.UndefinedColumn():
            return StoreOutdated(f"the schema of the database at {where} lacks a table or column", "run: aima up")
        case psycopg.OperationalError(sqlstate=None) if "FATAL:" in (line := _line(error)):
            why = line.partition("FATAL:")[2].strip()
            return StoreUnreachable(f"the database at {where} refuses: {why}", "check AIMA_STORES__POSTGRES")
        case _ if disconnected or _is_down(error):
            return StoreUnreachable(
                f"the database at {where} does not answer: {_line(error)}",
                "start the local stack with `aima up`, or check AIMA_STORES__POSTGRES",
            )
    return None


def _is_down(error: psycopg.Error) -> bool:
    shut_down = isinstance(error, (pg.AdminShutdown, pg.CrashShutdown, pg.CannotConnectNow, pg.TooManyConnections))
    return shut_down or (isinstance(error, psycopg.OperationalError) and error.sqlstate is None)


def _line(error: psycopg.Error) -> str:
    """First line of the driver's message, without the address that is named already."""
    text = str(error).strip().splitlines()
    return text[0].rsplit("failed: ", 1)[-1] if text else type(error).__name__
