"""Where the servers are, for those who use them."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import unquote, urlsplit

from aima.errors import StackDown
from aima.local import documents, vectors
from aima.local.documents import Documents
from aima.local.home import Home, home_at
from aima.local.ports import LOOPBACK
from aima.local.postgres import Postgres, local_url
from aima.local.ray_head import QUIET, RayHead, token_environment
from aima.local.state import ServerRecord, current_state
from aima.local.vectors import Vectors
from aima.settings import Settings

USUAL_DASHBOARD_PORT = 8265
START_IT = "start it with: aima up"
NAMESPACE = re.compile(r"[a-z][a-z0-9_]{0,40}")


def postgres_url(settings: Settings) -> str:
    """SQLAlchemy URL of the database, local or replaced, with its password.

    Raises:
        StackDown: the local server is to be used and does not run.
    """
    if settings.stores.postgres is not None:
        return sqlalchemy_url(settings.stores.postgres)
    home = home_at(settings.home)
    return local_url(home, running(home, Postgres.name).ports["port"])


def mongo_url(settings: Settings) -> str:
    """MongoDB URL of the document server, local or replaced, with its password.

    Raises:
        StackDown: the local server is to be used and does not run.
    """
    if settings.stores.mongo is not None:
        return settings.stores.mongo
    home = home_at(settings.home)
    return documents.local_url(home, running(home, Documents.name).ports["port"])


def milvus_url(settings: Settings) -> str:
    """URL of the vector server, local or replaced.

    Raises:
        StackDown: the local server is to be used and does not run.
    """
    if settings.stores.milvus is not None:
        return settings.stores.milvus
    return vectors.local_url(running(home_at(settings.home), Vectors.name).ports["port"])


def namespace(settings: Settings) -> str:
    """Database of the documents and prefix of the vectors: as set, else after the PostgreSQL database.

    A name that MongoDB or Milvus would not take is rewritten; different names stay different.

    Raises:
        StackDown: the local PostgreSQL is to be used and does not run.
    """
    if settings.stores.namespace is not None:
        return settings.stores.namespace
    name = unquote(urlsplit(postgres_url(settings)).path.strip("/")) or "aima"
    if NAMESPACE.fullmatch(name):
        return name
    readable = re.sub(r"[^a-z0-9_]", "_", name.lower())[:28]
    return f"n_{readable}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def ray_environment(settings: Settings) -> dict[str, str]:
    """Variables that a driver needs to reach Ray. An external cluster's token is the caller's own affair.

    Raises:
        StackDown: the local Ray is to be used and does not run.
    """
    if settings.ray.address is not None:
        return {"RAY_ADDRESS": settings.ray.address}
    home = home_at(settings.home)
    address = f"{LOOPBACK}:{running(home, RayHead.name).ports['gcs']}"
    return {"RAY_ADDRESS": address, **token_environment(home), **QUIET}


def dashboard_url(settings: Settings) -> str:
    """Where `ray job submit --address` and people find the dashboard. An external cluster's is on its usual port.

    Raises:
        StackDown: the local Ray is to be used and does not run.
    """
    if settings.ray.address is not None:
        host = settings.ray.address.rpartition("://")[2].rpartition(":")[0] or settings.ray.address
        return f"http://{host}:{USUAL_DASHBOARD_PORT}"
    return f"http://{LOOPBACK}:{running(home_at(settings.home), RayHead.name).ports['dashboard']}"


def sqlalchemy_url(url: str) -> str:
    """The URL with the scheme that picks psycopg 3, however it was written."""
    _, separator, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if separator else url


def running(home: Home, name: str) -> ServerRecord:
    """The record of a local server that runs or is about to.

    Raises:
        StackDown: it does not.
    """
    state = current_state(home)
    if state is None:
        raise StackDown(f"the local stack in {home.root} is not running", START_IT)
    record = state.servers.get(name)
    if record is None:
        raise StackDown(f"{name} does not belong to the stack that runs in {home.root}", "run: aima down; aima up")
    if record.state in {"failed", "stopped"} or not record.ports:
        raise StackDown(f"{name} is not running: {record.detail or record.state}", START_IT)
    return record
