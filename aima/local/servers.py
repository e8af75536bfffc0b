"""Which servers run locally under given settings. A URL in the settings replaces one."""

from __future__ import annotations

from aima.local.documents import Documents
from aima.local.home import Home
from aima.local.postgres import Postgres
from aima.local.ray_head import RayHead
from aima.local.relay import Relay
from aima.local.server import Server
from aima.local.vectors import Vectors
from aima.local.worker import Worker
from aima.settings import Settings

KINDS: tuple[type[Server], ...] = (Postgres, Documents, Vectors, RayHead, Relay, Worker)


def local_servers(settings: Settings, home: Home) -> list[Server]:
    """The supervised servers in the order in which they start; they stop in the opposite one."""
    servers: list[Server] = []
    if settings.stores.postgres is None:
        servers.append(Postgres(settings, home))
    if settings.stores.mongo is None:
        servers.append(Documents(settings, home))
    if settings.stores.milvus is None:
        servers.append(Vectors(settings, home))
    if settings.ray.address is None:
        servers.append(RayHead(settings, home))
    if settings.local.relay:
        servers.append(Relay(settings, home))
    if settings.local.worker:
        servers.append(Worker(settings, home))
    return servers
