"""The queue in PostgreSQL: jobs and their segments wait, fleets take them for a while."""

from aima.stores.postgres.queue.store import PostgresQueue

__all__ = ["PostgresQueue"]
