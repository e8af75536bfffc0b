"""Workspaces: a database of its own on the shared local stack, so that tests do not see each other."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import closing

import psycopg
import pytest

from aima import local
from aima.settings import Settings, Stores
from aima.stores.milvus import MilvusVectors
from aima.stores.mongo import MongoDocuments


@pytest.fixture(scope="module")
def make_workspace(stack: Settings) -> Iterator[Callable[[], Settings]]:
    """Makes settings that name a new, empty database."""
    url = local.postgres_url(stack)
    plain = url.replace("+psycopg", "", 1)
    made: list[str] = []

    def make() -> Settings:
        name = f"aima_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        made.append(name)
        return stack.model_copy(update={"stores": Stores(postgres=url.rsplit("/", 1)[0] + f"/{name}")})

    yield make
    for name in made:
        _drop_projections(stack, name)
    with psycopg.connect(plain, autocommit=True) as connection:
        for name in made:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _drop_projections(stack: Settings, namespace: str) -> None:
    with closing(MongoDocuments.open(local.mongo_url(stack), namespace)) as documents:
        documents.drop_all()
    with closing(MilvusVectors.open(local.milvus_url(stack), namespace)) as vectors:
        vectors.drop_all()


@pytest.fixture(scope="module")
def workspace(make_workspace: Callable[[], Settings]) -> Settings:
    """One new database for the tests of a module."""
    return make_workspace()
