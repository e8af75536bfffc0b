"""Milvus: vectors that are rebuilt from the truth. Importing this takes half a second: do it where vectors are used."""

from aima.stores.milvus.store import MilvusVectors

__all__ = ["MilvusVectors"]
