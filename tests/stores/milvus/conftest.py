from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from aima.stores.milvus import MilvusVectors


@pytest.fixture
def namespace() -> str:
    return f"contract_{uuid.uuid4().hex[:12]}"


@pytest.fixture
def vectors(milvus_url: str, namespace: str) -> Iterator[MilvusVectors]:
    """An empty store."""
    opened = MilvusVectors.open(milvus_url, namespace)
    yield opened
    opened.drop_all()
    opened.close()
