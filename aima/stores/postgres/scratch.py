"""Throw-away databases beside the one that is in use: made for one purpose and dropped afterwards."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from psycopg import errors as pg
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from aima.errors import AimaError, StoreError
from aima.stores.postgres.engine import open_engine, place

LEFTOVERS = text(
    "SELECT datname FROM pg_database WHERE shobj_description(oid, 'pg_database') = :comment AND NOT EXISTS"
    " (SELECT FROM pg_stat_activity WHERE datid = pg_database.oid AND backend_type = 'client backend')"
)
GONE = (pg.ObjectInUse, pg.InvalidCatalogName, pg.InsufficientPrivilege)
"""Why a database that looked left over need not be dropped: it is in use, it is dropped already, or it is not ours."""


@contextmanager
def scratch_database(url: str, purpose: str) -> Iterator[str]:
    """URL of a new, empty database on the server of `url`; dropped at the end with everything in it.

    Its comment names the purpose. Those that killed processes left for the same purpose are dropped first: nobody is
    connected to them any more, while whoever uses one holds a connection from its beginning to its end.

    Raises:
        StoreError: the role may not make databases.
        StoreUnreachable: the database does not answer.
    """
    with ExitStack() as at_end:
        server = open_engine(url)
        at_end.callback(server.dispose)
        _drop_leftovers(server, purpose)
        name = f"aima_{purpose}_{uuid.uuid4().hex[:12]}"
        _create(server, name)
        at_end.callback(_drop, server, name)
        own = server.url.set(database=name).render_as_string(hide_password=False)
        at_end.enter_context(_held(own, name, purpose))
        yield own


def _create(server: Engine, name: str) -> None:
    try:
        with _at_once(server) as connection:
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE template0'))
    except DBAPIError as error:
        if not isinstance(error.orig, pg.InsufficientPrivilege):
            raise
        raise StoreError(
            f"the role {server.url.username} may not make a database at {place(server.url)}",
            "let an administrator run: ALTER ROLE ... CREATEDB, or unset AIMA_STORES__POSTGRES for the local stack",
        ) from error


@contextmanager
def _held(url: str, name: str, purpose: str) -> Iterator[None]:
    """Stay connected, and only then say by the comment that the database is one of those that may be left over."""
    engine = open_engine(url)
    try:
        with _at_once(engine) as connection:
            connection.execute(text("SELECT set_config('idle_session_timeout', '0', false)"))
            connection.execute(text(f"COMMENT ON DATABASE \"{name}\" IS '{_comment(purpose)}'"))
            yield
    finally:
        engine.dispose()


def _drop(server: Engine, name: str) -> None:
    # What brought the work to its end matters more; the next one finds what is left.
    with suppress(AimaError, DBAPIError), _at_once(server) as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


def _drop_leftovers(server: Engine, purpose: str) -> None:
    with _at_once(server) as connection:
        for name in connection.scalars(LEFTOVERS, {"comment": _comment(purpose)}).all():
            _drop_leftover(connection, name)


def _drop_leftover(connection: Connection, name: str) -> None:
    try:
        connection.execute(text(f'DROP DATABASE "{name}"'))
    except DBAPIError as error:
        if not isinstance(error.orig, GONE):
            raise


def _at_once(engine: Engine) -> Connection:
    """A connection without transactions, in which databases can be made and dropped."""
    return engine.connect().execution_options(isolation_level="AUTOCOMMIT")


def _comment(purpose: str) -> str:
    return f"AIMA: throw-away, purpose {purpose}; may be dropped when nobody is connected"
