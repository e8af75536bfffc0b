"""PostgreSQL: the source of truth."""

from aima.stores.postgres.stores import PostgresStores

__all__ = ["PostgresStores"]
