"""The connection pool, and what goes wrong with a database in AIMA's words."""

from __future__ import annotations

import psycopg
from psycopg import errors as pg
from sqlalchemy import URL, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from aima.errors import AimaError, DiskFull, SettingInvalid, StoreOutdated, StoreUnreachable

CONNECT_TIMEOUT_S = 5
DRIVER = "postgresql+psycopg"


def open_engine(url: str) -> Engine:
    """A pool of connections to a PostgreSQL URL; connects at first use.

    Every error of the driver that a user can mend leaves it as an `AimaError`.

    Raises:
        SettingInvalid: it is no PostgreSQL URL.
    """
    engine = create_engine(
        normalise(url),
        pool_size=4,
        max_overflow=8,
        pool_pre_ping=True,
        connect_args={"connect_timeout": CONNECT_TIMEOUT_S, "application_name": "aima"},
    )
    event.listen(engine, "handle_error", _translate)
    return engine


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
    if context.engine is None or context.is_pre_ping or not isinstance(error, psycopg.Error):
        return  # the pool itself replaces a connection that does not answer a ping
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
