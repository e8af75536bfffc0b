"""What a collection looks like, how it is indexed, and how a row stands in it."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from pymilvus import CollectionSchema, DataType, MilvusClient
from pymilvus.milvus_client import IndexParams

from aima.stores.milvus.client import LITE
from aima.stores.vectors import Hit, Space, VectorRow, VectorStamp

VECTOR, ID, GROUP = "vector", "id", "group_id"
LENGTHS: Final = {ID: 64, GROUP: 128, "subject": 4096, "media_id": 36, "owner_id": 36, "person_id": 36, "digest": 64}
STAMP_FIELDS: Final = [ID, GROUP, "version", "digest"]
HIT_FIELDS: Final = [ID, GROUP, "subject", "at_us"]
FIELDS: Final = frozenset({*LENGTHS, VECTOR, "at_us", "confidence", "version"})


def schema(description: str, space: Space) -> CollectionSchema:
    """Fields of the collection of a space."""
    made = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False, description=description)
    for name, length in LENGTHS.items():
        made.add_field(name, DataType.VARCHAR, is_primary=name == ID, max_length=length)
    made.add_field(VECTOR, DataType.FLOAT_VECTOR, dim=space.dimension)
    made.add_field("at_us", DataType.INT64)
    made.add_field("confidence", DataType.FLOAT)
    made.add_field("version", DataType.INT64)
    return made


def indexes(server: str) -> IndexParams:
    """What finds rows fast.

    In Milvus Lite exact search: it looks at every row's key in Python whatever the index, so that at 100,000 rows HNSW
    was no faster and took 5 minutes to load again; an index of groups saved nothing either. By inner product, which of
    normalised vectors is the cosine, it takes half the time: for COSINE it normalises all rows anew in every search.
    In a real Milvus a graph.
    """
    made = MilvusClient.prepare_index_params()
    if LITE in server:
        made.add_index(VECTOR, "FLAT", metric_type="IP")
    else:
        made.add_index(VECTOR, "HNSW", metric_type="COSINE", params={"M": 32, "efConstruction": 200})
        made.add_index(GROUP, "INVERTED")
    return made


def search_params(server: str, limit: int) -> dict[str, Any]:
    """How carefully the index is searched for the `limit` nearest."""
    return {} if LITE in server else {"params": {"ef": max(128, 2 * limit)}}


def row(given: VectorRow, version: int) -> dict[str, Any]:
    """A vector as it is written."""
    return {
        ID: given.id,
        GROUP: given.group,
        VECTOR: np.ascontiguousarray(given.vector, np.float32),
        "subject": _cut(given.subject, LENGTHS["subject"]),
        "at_us": given.at_us,
        "media_id": given.media_id,
        "owner_id": given.owner_id,
        "person_id": given.person_id,
        "confidence": given.confidence,
        "version": version,
        "digest": given.digest,
    }


def stamp(found: dict[str, Any]) -> VectorStamp:
    """A stamp from the fields of a query."""
    return VectorStamp(found[ID], found[GROUP], int(found["version"]), found["digest"])


def hit(found: dict[str, Any]) -> Hit:
    """A hit from an answer."""
    fields = found["entity"]
    return Hit(fields[ID], fields[GROUP], fields["subject"], int(fields["at_us"]), float(found["distance"]))


def _cut(text: str, length: int) -> str:
    """At most so many bytes of UTF-8, never half a letter."""
    return text.encode("utf-8", "replace")[:length].decode("utf-8", "ignore")
