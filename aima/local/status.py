"""How every server does, the supervised ones and those that a setting names instead."""

from __future__ import annotations

from aima.local.home import home_at
from aima.local.postgres import Postgres, why_unreachable
from aima.local.server import Server
from aima.local.servers import local_servers
from aima.local.state import ServerStatus, StackState, current_state
from aima.settings import Settings


def status(settings: Settings) -> list[ServerStatus]:
    """Every server. External ones are asked now, local ones have been by their supervisor."""
    home = home_at(settings.home)
    state = current_state(home)
    found = [_local(server, state) for server in local_servers(settings, home)]
    if settings.stores.postgres is not None:
        why = why_unreachable(settings.stores.postgres)
        found.insert(0, external(Postgres.name, host_of(settings.stores.postgres), why))
    return found


def external(name: str, address: str, why_unreachable: str) -> ServerStatus:
    """Status of a server that a setting names."""
    if why_unreachable:
        return ServerStatus(name, "failed", address, detail=f"external, does not answer: {why_unreachable}")
    return ServerStatus(name, "external", address, detail="answers; not supervised here")


def host_of(url: str) -> str:
    """Host, port and path of a URL, without user and password."""
    return url.partition("://")[2].rpartition("@")[2].partition("?")[0]


def _local(server: Server, state: StackState | None) -> ServerStatus:
    record = state.servers.get(server.name) if state else None
    if record is None:
        return ServerStatus(server.name, "stopped", detail="")
    detail = " - ".join(part for part in (record.detail, record.remedy) if part) or server.note()
    address = server.address(record.ports) if record.ports else ""
    return ServerStatus(server.name, record.state, address, record.pid, record.since, detail)
