"""MongoDB: documents that are rebuilt from the truth."""

from aima.stores.mongo.sizes import MAX_BYTES, size
from aima.stores.mongo.store import MongoDocuments

__all__ = ["MAX_BYTES", "MongoDocuments", "size"]
