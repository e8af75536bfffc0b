"""How every server does, the supervised ones and those that a setting names instead."""

from __future__ import annotations

import socket
from collections.abc import Callable

from aima.local import postgres, vectors
from aima.local.documents import Documents
from aima.local.home import home_at
from aima.local.postgres import Postgres
from aima.local.ray_head import RayHead
from aima.local.server import Server
from aima.local.servers import KINDS, local_servers
from aima.local.state import ServerStatus, StackState, current_state
from aima.local.vectors import Vectors
from aima.settings import Settings

TIMEOUT_S = 5
USUAL_GCS_PORT = 6379


def status(settings: Settings) -> list[ServerStatus]:
    """Every server. External ones are asked now, local ones have been by their supervisor."""
    home = home_at(settings.home)
    state = current_state(home)
    found = {server.name: _local(server, state) for server in local_servers(settings, home)}
    stores = settings.stores
    externals: tuple[tuple[str, str | None, Callable[[str], str]], ...] = (
        (Postgres.name, stores.postgres, postgres.why_unreachable),
        (Documents.name, stores.mongo, _why_documents_unreachable),
        (Vectors.name, stores.milvus, vectors.why_unreachable),
        (RayHead.name, settings.ray.address, why_ray_unreachable),
    )
    found |= {name: _external(name, url, why) for name, url, why in externals if url is not None}
    return [found[kind.name] for kind in KINDS if kind.name in found]


def why_ray_unreachable(address: str) -> str:
    """Empty if a Ray cluster answers at `host:port` (its GCS) or `ray://host:port`; else the reason."""
    host, _, port = host_of(address).partition(":")
    if address.startswith("ray://"):
        # The client server has no health service of its own.
        try:
            socket.create_connection((host, int(port or 10001)), timeout=TIMEOUT_S).close()
        except OSError as error:
            return error.strerror or str(error)
        return ""
    # Slow to import, and needed for external clusters alone.
    import grpc  # type: ignore[import-untyped]

    with grpc.insecure_channel(f"{host}:{port or USUAL_GCS_PORT}") as channel:
        try:
            channel.unary_unary("/grpc.health.v1.Health/Check")(b"", timeout=TIMEOUT_S)
        except grpc.RpcError as error:
            return str(error.details())
    return ""


def _why_documents_unreachable(url: str) -> str:
    # Slow to import, and needed for external servers alone.
    from aima.local.mongo import why_unreachable

    return why_unreachable(url)


def host_of(url: str) -> str:
    """Host, port and path of a URL, without user and password."""
    return url.rpartition("://")[2].rpartition("@")[2].partition("?")[0]


def _external(name: str, url: str, why_unreachable: Callable[[str], str]) -> ServerStatus:
    address = host_of(url)
    try:
        why = why_unreachable(url)
    except ValueError:  # its words may quote a password
        return ServerStatus(name, "failed", detail="external, and its setting is no URL")
    if why:
        return ServerStatus(name, "failed", address, detail=f"external, does not answer: {why}")
    return ServerStatus(name, "external", address, detail="answers; not supervised here")


def _local(server: Server, state: StackState | None) -> ServerStatus:
    record = state.servers.get(server.name) if state else None
    if record is None:
        return ServerStatus(server.name, "stopped")
    detail = " - ".join(part for part in (record.detail, record.remedy) if part) or server.note()
    address = server.address(record.ports) if record.ports else ""
    return ServerStatus(server.name, record.state, address, record.pid, record.since, detail)
