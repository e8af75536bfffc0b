"""The local relay: `aima relay` under the supervisor, which carries every change into documents and vectors."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path

from aima.local.process import clean_environment
from aima.local.server import Launch, Server
from aima.local.variables import variables

FRESH_S = 300.0
"""Older, a heartbeat means that the loop hangs; a large batch on a slow server may well take minutes."""


class Relay(Server):
    """`aima relay` with the settings of this stack."""

    name = "relay"
    reads = ("AIMA_STORES__", "AIMA_MODELS__", "AIMA_METRICS__", "AIMA_ARCHIVE", "AIMA_USER", "AIMA_LOG_LEVEL")
    needs = ("postgres",)
    retry_s = 30.0

    def choose_ports(self, last: Mapping[str, int]) -> dict[str, int]:
        """It listens nowhere."""
        return {}

    def prepare(self) -> None:
        """No heartbeat of an earlier life."""
        self._heartbeat.unlink(missing_ok=True)

    def launch(self, ports: Mapping[str, int]) -> Launch:
        """The hidden command, with this interpreter."""
        settings = {name: value for name, value in variables(self.settings) if value is not None}
        environment = clean_environment(self.home.root, self.name) | {"OMP_NUM_THREADS": "1"}
        return Launch(
            [sys.executable, "-P", "-m", "aima", "relay"],
            environment | {name: str(value) for name, value in settings.items()},
            {"cwd": str(self.home.run)},
        )

    def is_healthy(self, ports: Mapping[str, int]) -> bool:
        """Whether its loop turns."""
        try:
            return time.time() - self._heartbeat.stat().st_mtime < FRESH_S
        except OSError:
            return False

    def address(self, ports: Mapping[str, int]) -> str:
        """Nowhere."""
        return ""

    @property
    def _heartbeat(self) -> Path:
        return self.home.run / "relay.heartbeat"
