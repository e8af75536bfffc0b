"""The whole queue."""

from __future__ import annotations

from aima.stores.postgres.queue.assignments import Assignments
from aima.stores.postgres.queue.fleets import Fleets
from aima.stores.postgres.queue.leases import Leases
from aima.stores.postgres.queue.progress import Progress
from aima.stores.postgres.queue.steering import Steering
from aima.stores.postgres.queue.waking import Waking


class PostgresQueue(Steering, Leases, Progress, Waking, Fleets, Assignments):
    """`QueueStore` on PostgreSQL."""
