"""Databases of their own for tests: on the server that AIMA_TEST_POSTGRES names, or on the local one."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator

import psycopg
import pytest
from sqlalchemy import make_url

from aima.stores.postgres import PostgresStores


@pytest.fixture(scope="session")
def server_url(request: pytest.FixtureRequest) -> str:
    """URL of a database on a running server, which may be used to make others."""
    return os.environ.get("AIMA_TEST_POSTGRES") or request.getfixturevalue("postgres")


@pytest.fixture(scope="session")
def make_database(server_url: str) -> Iterator[Callable[[str | None], str]]:
    """Makes a new database, empty or a copy of another one, and gives its URL."""
    parsed = make_url(server_url).set(drivername="postgresql+psycopg")
    plain = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
    made: list[str] = []

    def make(template: str | None = None) -> str:
        name = f"aima_test_{uuid.uuid4().hex[:12]}"
        copied = f'TEMPLATE "{make_url(template).database}"' if template else ""
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" {copied}')
        made.append(name)
        return parsed.set(database=name).render_as_string(hide_password=False)

    yield make
    with psycopg.connect(plain, autocommit=True) as connection:
        for name in made:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def migrated(make_database: Callable[[str | None], str]) -> str:
    """A database with the newest schema and nothing in it; to be copied, not to be used."""
    url = make_database(None)
    PostgresStores.open(url).close()
    return url


@pytest.fixture
def database(make_database: Callable[[str | None], str], migrated: str) -> str:
    """URL of an empty database with the newest schema, for one test."""
    return make_database(migrated)


@pytest.fixture
def stores(database: str) -> Iterator[PostgresStores]:
    """Stores over an empty database, for one test."""
    with PostgresStores.open(database) as opened:
        yield opened
