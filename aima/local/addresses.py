"""Where the servers are, for those who use them."""

from __future__ import annotations

from aima.errors import StackDown
from aima.local.home import Home, home_at
from aima.local.postgres import Postgres, local_url
from aima.local.state import ServerRecord, current_state
from aima.settings import Settings

START_IT = "start it with: aima up"


def postgres_url(settings: Settings) -> str:
    """SQLAlchemy URL of the database, local or replaced, with its password.

    Raises:
        StackDown: the local server is to be used and does not run.
    """
    if settings.stores.postgres is not None:
        return sqlalchemy_url(settings.stores.postgres)
    home = home_at(settings.home)
    return local_url(home, running(home, Postgres.name).ports["port"])


def sqlalchemy_url(url: str) -> str:
    """The URL with the scheme that picks psycopg 3, however it was written."""
    _, separator, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if separator else url


def running(home: Home, name: str) -> ServerRecord:
    """The record of a local server that runs or is about to.

    Raises:
        StackDown: it does not.
    """
    state = current_state(home)
    record = state.servers.get(name) if state else None
    if record is None:
        raise StackDown(f"the local stack in {home.root} is not running", START_IT)
    if record.state in {"failed", "stopped"} or not record.ports:
        raise StackDown(f"{name} is not running: {record.detail or record.state}", START_IT)
    return record
