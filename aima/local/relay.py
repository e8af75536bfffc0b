"""The local relay: `aima relay` under the supervisor, which carries every change into documents and vectors."""

from __future__ import annotations

from aima.local.companion import Companion


class Relay(Companion):
    """`aima relay` with the settings of this stack."""

    name = "relay"
    command = ("relay",)
    reads = ("AIMA_STORES__", "AIMA_MODELS__", "AIMA_METRICS__", "AIMA_ARCHIVE", "AIMA_USER", "AIMA_LOG_LEVEL")
    needs = ("postgres",)
    fresh_s = 300.0  # a large batch on a slow server may well take minutes
