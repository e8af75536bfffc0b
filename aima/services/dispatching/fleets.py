"""Fleets as they are seen: which one lives, and which one has died without a word."""

from __future__ import annotations

import os
import platform
import uuid
from datetime import UTC, datetime, timedelta
from typing import Final

import psutil

from aima.domain.queue import Fleet
from aima.stores.queue import QueueStore

ALIVE_S: Final = 30.0
"""A fleet that was not seen for so long is not relied on."""
PASSING: Final = "analysis "
"""How the names of fleets begin that work for one analysis only."""
SAME: Final = timedelta(minutes=1)
"""A process that began so much later than a fleet is not the fleet's, though it has its number."""


def new_fleet(name: str | None = None) -> Fleet:
    """A fleet of this process. name: the same after a restart, and never that of two at once; none: it works for one
    analysis only."""
    fleet_id = str(uuid.uuid4())
    return Fleet(fleet_id, name or PASSING + fleet_id, platform.node(), os.getpid(), "closed")


def resident(queue: QueueStore) -> list[Fleet]:
    """Fleets that live on this machine, so that they can read what this process can, and take whatever is queued."""
    seen = queue.fleets(ALIVE_S)
    here = platform.node()
    return [f for f in seen if f.node == here and not f.name.startswith(PASSING) and not is_dead(f)]


def bury(queue: QueueStore) -> None:
    """Retire the fleets of this machine whose processes are gone: what they held is free at once."""
    for fleet in queue.fleets():
        if fleet.node == platform.node() and is_dead(fleet):
            queue.retire(fleet.fleet_id)


def is_dead(fleet: Fleet) -> bool:
    """Whether the process of a fleet of this machine is gone."""
    try:
        process = psutil.Process(fleet.pid)
        began = datetime.fromtimestamp(process.create_time(), UTC)
        return process.status() == psutil.STATUS_ZOMBIE or bool(fleet.started_at and began > fleet.started_at + SAME)
    except psutil.NoSuchProcess:
        return True
