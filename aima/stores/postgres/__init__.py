"""PostgreSQL: the source of truth."""

from aima.stores.postgres.scratch import scratch_database
from aima.stores.postgres.stores import PostgresStores

__all__ = ["PostgresStores", "scratch_database"]
