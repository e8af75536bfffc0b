"""Brings the schema to the version of this code, one process at a time and all or nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from aima.errors import StoreOutdated
from aima.stores.postgres.partitions import ensure_months, month_of

LOCK = 0x61696D61  # "aima"
MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(engine: Engine) -> None:
    """Apply what is missing, in one transaction under an advisory lock: a killed migration leaves nothing behind.

    Raises:
        StoreOutdated: the schema is newer than this code.
    """
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        if not is_current(connection):
            command.upgrade(_config(connection), "head")
        _ensure_months(connection, date.today())


def downgrade(engine: Engine, revision: str) -> None:
    """Go back to a revision; "base" empties the database."""
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        command.downgrade(_config(connection), revision)


def check(engine: Engine) -> None:
    """Refuse a schema of another version.

    Raises:
        StoreOutdated: the schema is older or newer than this code.
    """
    with engine.connect() as connection:
        if not is_current(connection):
            raise StoreOutdated(f"the schema of {engine.url.database} is older than this AIMA", "run: aima up")


def is_current(connection: Connection) -> bool:
    """Whether the schema has the newest revision that this code knows; False if it is older.

    Raises:
        StoreOutdated: it has a revision that this code does not know.
    """
    script = ScriptDirectory.from_config(_config(connection))
    known = {revision.revision for revision in script.walk_revisions()}
    present = set(MigrationContext.configure(connection).get_current_heads())
    if unknown := present - known:
        raise StoreOutdated(
            f"the schema of {connection.engine.url.database} has version {', '.join(sorted(unknown))}, "
            "which this AIMA does not know",
            "use the newer AIMA that wrote it",
        )
    return present == set(script.get_heads())


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _ensure_months(connection: Connection, today: date) -> None:
    """Partitions of `system_metrics` for this month and the next one; further ones are made when they are needed."""
    ensure_months(connection, (month_of(today), month_of(today, 1)))
