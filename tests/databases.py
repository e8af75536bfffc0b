"""Databases of their own for tests: on the server that AIMA_TEST_POSTGRES names, or on the local one."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator

import psycopg
import pytest
from sqlalchemy import make_url

from aima.stores.mongo import MongoDocuments
from aima.stores.postgres import PostgresStores
from aima.stores.postgres.schema import metadata


@pytest.fixture(scope="session")
def server_url(request: pytest.FixtureRequest) -> str:
    """URL of a database on a running server, which may be used to make others."""
    return os.environ.get("AIMA_TEST_POSTGRES") or request.getfixturevalue("postgres")


@pytest.fixture(scope="session")
def make_database(server_url: str) -> Iterator[Callable[[], str]]:
    """Makes a new, empty database and gives its URL."""
    parsed = make_url(server_url).set(drivername="postgresql+psycopg")
    made: list[str] = []

    def make() -> str:
        name = f"aima_test_{uuid.uuid4().hex[:12]}"
        with connect(server_url) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        made.append(name)
        return parsed.set(database=name).render_as_string(hide_password=False)

    yield make
    with connect(server_url) as connection:
        for name in made:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
def empty_database(shared_empty: str) -> str:
    """URL of a database with nothing in it, not even a schema, for one test."""
    with alone(shared_empty) as connection:
        connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    return shared_empty


@pytest.fixture
def database(shared_migrated: str) -> str:
    """URL of a database with the newest schema and no rows, for one test."""
    with alone(shared_migrated) as connection, connection.transaction():
        connection.execute("ALTER TABLE ledger_events DISABLE TRIGGER USER")
        for table in reversed(metadata.sorted_tables):
            connection.execute(f"DELETE FROM {table.name}")
        connection.execute("ALTER TABLE ledger_events ENABLE TRIGGER USER")
    return shared_migrated


@pytest.fixture(scope="session")
def shared_empty(make_database: Callable[[], str]) -> str:
    """What `empty_database` is made of: a new one for each test would cost a second."""
    return make_database()


@pytest.fixture(scope="session")
def shared_migrated(make_database: Callable[[], str]) -> str:
    """What `database` is made of."""
    url = make_database()
    PostgresStores.open(url).close()
    return url


@pytest.fixture
def stores(database: str) -> Iterator[PostgresStores]:
    """Stores over an empty database, for one test."""
    with PostgresStores.open(database) as opened:
        yield opened


@pytest.fixture
def namespace(mongo_url: str) -> Iterator[str]:
    """Name of a new database on the document server, for one test."""
    name = f"aima_test_{uuid.uuid4().hex[:12]}"
    yield name
    left = MongoDocuments.open(mongo_url, name)
    left.drop_all()
    left.close()


@pytest.fixture
def documents(mongo_url: str, namespace: str) -> Iterator[MongoDocuments]:
    """A prepared document store with nothing in it, for one test."""
    opened = MongoDocuments.open(mongo_url, namespace)
    opened.prepare()
    yield opened
    opened.close()


def connect(url: str) -> psycopg.Connection:
    """A plain connection in autocommit that does not tell what it drops."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True, options="-c client_min_messages=warning")


def alone(url: str) -> psycopg.Connection:
    """The only connection of a client to a database; the others are ended. Autovacuum is not ours to end."""
    connection = connect(url)
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    return connection
