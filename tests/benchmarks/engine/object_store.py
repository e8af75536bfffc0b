"""What the object stores of a Ray cluster have held since they started, without joining it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from aima import local, pipeline  # noqa: F401 - the pipeline sets what Ray reads while it is imported
from aima.settings import Settings


@dataclass(frozen=True, slots=True)
class Held:
    """Bytes that were ever put into shared memory, and ever written to disk for lack of it."""

    created: int
    spilled: int

    def since(self, before: Held) -> Held:
        """What was added."""
        return Held(self.created - before.created, self.spilled - before.spilled)


def held(settings: Settings) -> Held:
    """Of all nodes of the stack's cluster."""
    return held_at(local.ray_environment(settings))


def held_at(environment: Mapping[str, str]) -> Held:
    """Of all nodes of the cluster that RAY_ADDRESS names."""
    os.environ.update(environment)
    from ray._private.internal_api import get_state_from_address, node_stats

    nodes = [node for node in get_state_from_address(environment["RAY_ADDRESS"]).node_table() if node["Alive"]]
    stores = [node_stats(n["NodeManagerAddress"], n["NodeManagerPort"], False).store_stats for n in nodes]
    return Held(sum(s.cumulative_created_bytes for s in stores), sum(s.spilled_bytes_total for s in stores))
