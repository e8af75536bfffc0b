"""MongoDB: documents that are rebuilt from the truth."""

from aima.stores.mongo.store import MongoDocuments

__all__ = ["MongoDocuments"]
