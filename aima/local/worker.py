"""The local fleet: `aima worker run` under the supervisor, which analyzes what is queued."""

from __future__ import annotations

from aima.local.companion import Companion


class Worker(Companion):
    """`aima worker run` with the settings of this stack."""

    name = "worker"
    command = ("worker", "run")
    reads = (
        "AIMA_STORES__", "AIMA_MODELS__", "AIMA_MEDIA__", "AIMA_IDENTITY__", "AIMA_RAY__", "AIMA_WORKER__",
        "AIMA_METRICS__", "AIMA_ARCHIVE", "AIMA_USER", "AIMA_LOG_LEVEL",
    )  # fmt: skip
    needs = ("postgres", "ray")
    fresh_s = 120.0  # a cluster that starts anew under load takes its time
    grace_s = 40.0
    """More than it grants the segments in flight."""
