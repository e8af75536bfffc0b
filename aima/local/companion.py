"""A command of AIMA as a server: it listens nowhere, and touches a file whenever its loop turns."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from aima.local.process import clean_environment
from aima.local.server import Launch, Server
from aima.local.variables import variables


class Companion(Server):
    """`aima ...` with the settings of this stack."""

    command: ClassVar[tuple[str, ...]]
    """What follows `aima`."""
    fresh_s: ClassVar[float]
    """Older, a heartbeat means that the loop hangs."""
    retry_s = 30.0

    def choose_ports(self, last: Mapping[str, int]) -> dict[str, int]:
        """It listens nowhere."""
        return {}

    def prepare(self) -> None:
        """No heartbeat of an earlier life."""
        self._heartbeat.unlink(missing_ok=True)

    def launch(self, ports: Mapping[str, int]) -> Launch:
        """The command, with this interpreter."""
        settings = {name: value for name, value in variables(self.settings) if value is not None}
        environment = clean_environment(self.home.root, self.name) | {"OMP_NUM_THREADS": "1"}
        return Launch(
            [sys.executable, "-P", "-m", "aima", *self.command],
            environment | {name: str(value) for name, value in settings.items()},
            {"cwd": str(self.home.run)},
        )

    def is_healthy(self, ports: Mapping[str, int]) -> bool:
        """Whether its loop turns."""
        try:
            return time.time() - self._heartbeat.stat().st_mtime < self.fresh_s
        except OSError:
            return False

    def address(self, ports: Mapping[str, int]) -> str:
        """Nowhere."""
        return ""

    @property
    def _heartbeat(self) -> Path:
        return self.home.heartbeat(self.name)
