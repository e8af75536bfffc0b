"""What a running server was started with, and what the settings say now."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from aima.local.home import home_at
from aima.local.server import Server
from aima.local.servers import local_servers
from aima.local.state import ServerRecord, current_state
from aima.local.variables import variables
from aima.settings import Settings


@dataclass(frozen=True)
class Changed:
    """A server that runs under other settings. `variables`: those that differ; none if it does not run at all."""

    server: str
    variables: tuple[str, ...]

    @property
    def text(self) -> str:
        """What is so, for people."""
        if not self.variables:
            return f"{self.server} does not belong to the running stack"
        return f"{self.server} runs with other settings ({', '.join(self.variables)})"


def changed(settings: Settings) -> list[Changed]:
    """The servers of the running stack that only `aima down; aima up` brings to these settings."""
    home = home_at(settings.home)
    state = current_state(home)
    if state is None:
        return []
    found = (_changed(server, state.servers.get(server.name)) for server in local_servers(settings, home))
    return [one for one in found if one is not None]


def given(server: Server) -> dict[str, str]:
    """The settings that a server is started with, by variable. Of a URL, which may hold a password, the hash."""
    known = {name: str(value) for name, value in variables(server.settings) if name.startswith(server.reads)}
    return {name: _hash(value) if "://" in value else value for name, value in known.items()}


def _changed(server: Server, record: ServerRecord | None) -> Changed | None:
    if record is None:
        return Changed(server.name, ())
    # What an older supervisor has started, it did not record.
    differing = [name for name, value in given(server).items() if record.settings.get(name, value) != value]
    return Changed(server.name, tuple(differing)) if differing else None


def _hash(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
