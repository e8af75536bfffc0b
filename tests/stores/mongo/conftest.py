"""A database of its own on the document server, for one test."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from pymongo import MongoClient

from aima.stores.mongo import MongoDocuments


@pytest.fixture
def namespace(mongo_url: str) -> Iterator[str]:
    """Name of a new database."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    yield name
    with MongoClient(mongo_url) as client:
        client.drop_database(name)


@pytest.fixture
def documents(mongo_url: str, namespace: str) -> Iterator[MongoDocuments]:
    """A prepared document store."""
    opened = MongoDocuments.open(mongo_url, namespace)
    opened.prepare()
    yield opened
    opened.close()
