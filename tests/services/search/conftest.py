from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from aima.settings import Settings
from aima.stores.milvus import MilvusVectors
from aima.stores.vectors import VectorStore
from tests.services.search.archive_made import package_pictures


@pytest.fixture
def vectors(milvus_url: str) -> Iterator[VectorStore]:
    """An empty vector store."""
    opened = MilvusVectors.open(milvus_url, f"search_{uuid.uuid4().hex[:12]}")
    yield opened
    opened.drop_all()
    opened.close()


@pytest.fixture(scope="session")
def pictures(settings: Settings) -> dict[str, Path]:
    """Freely licensed pictures of packages, two of them with a face."""
    return package_pictures(settings)
