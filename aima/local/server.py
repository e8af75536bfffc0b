"""What the supervisor needs to know of a server."""

from __future__ import annotations

import signal
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from aima.local.home import Home
from aima.settings import Settings


@dataclass(frozen=True)
class Launch:
    """A program to run: arguments, the whole environment, and extra arguments of `subprocess`."""

    argv: list[str]
    environment: dict[str, str]
    extra: dict[str, Any] = field(default_factory=dict)


class Server(ABC):
    """One supervised server. Methods may block; each server has a thread of its own."""

    name: ClassVar[str]
    gentle: ClassVar[signal.Signals] = signal.SIGTERM
    grace_s: ClassVar[float] = 20.0
    start_timeout_s: float = 300.0
    silence_s: ClassVar[float | None] = None
    """A living server that answers nothing for so long is started anew; None: the keeper's own measure."""
    reads: ClassVar[tuple[str, ...]] = ()
    """Beginnings of the variables that count when it is started."""
    needs: ClassVar[tuple[str, ...]] = ()
    """Supervised servers that must be healthy before it starts."""
    retry_s: ClassVar[float | None] = None
    """After how long one that was given up is tried again; None: when told."""
    keeps_data: ClassVar[bool] = False
    """Others use it until they are stopped: it stops after those that keep nothing."""

    def __init__(self, settings: Settings, home: Home) -> None:
        self.settings = settings
        self.home = home

    def check(self) -> None:  # noqa: B027
        """Refuse, before anything is written, what cannot work.

        Raises:
            AimaError: what stands in the way.
        """

    @abstractmethod
    def choose_ports(self, last: Mapping[str, int]) -> dict[str, int]:
        """Ports for the next life, the last ones again where possible.

        Raises:
            PortTaken: a fixed port is in use.
        """

    @abstractmethod
    def prepare(self) -> None:
        """Make what the server needs on disk. Called before every life.

        Raises:
            AimaError: it cannot be made; the server is then reported as failed.
        """

    @abstractmethod
    def launch(self, ports: Mapping[str, int]) -> Launch:
        """How to run it."""

    @abstractmethod
    def is_healthy(self, ports: Mapping[str, int]) -> bool:
        """Whether it serves requests now. Never raises, answers within seconds."""

    @abstractmethod
    def address(self, ports: Mapping[str, int]) -> str:
        """Where it listens, for people."""

    def close(self) -> None:  # noqa: B027
        """Give back what the health check holds; nothing is asked any more."""

    def note(self) -> str:
        """Something worth knowing about a healthy server."""
        return ""
