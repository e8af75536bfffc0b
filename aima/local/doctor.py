"""Looks the installation over and says in words what is wrong and what to do."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Literal

from aima.domain.text import count
from aima.errors import AimaError
from aima.local import home as homes
from aima.local.addresses import milvus_url, namespace, postgres_url
from aima.local.home import Home, home_at
from aima.local.listeners import firewall_rule, listeners
from aima.local.ray_head import RayHead
from aima.local.servers import KINDS, local_servers
from aima.local.state import ServerStatus, current_state
from aima.local.status import status
from aima.local.vectors import COMFORTABLE_VECTORS
from aima.models.catalogue import used
from aima.models.verify import verify
from aima.settings import Settings

FIRST_LOGIN_UID, NOBODY_UID = 1000, 65534
COMFORTABLE_FREE_BYTES = 5 * 1024**3


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `broken` means that AIMA cannot work."""

    subject: str
    level: Literal["ok", "warning", "broken"]
    text: str
    remedy: str = ""


def examine(settings: Settings) -> list[Finding]:
    """All findings, in the order in which they are best mended."""
    home = home_at(settings.home)
    return [
        _python(),
        *_home(home),
        _disk(home),
        *_models(settings),
        *_stack(settings, home),
        *_servers(status(settings)),
        *_ray_ports(home),
        *_other_ports(home),
        *_queue(settings),
        *_documents(settings),
        *_vectors(settings),
        *_other_users(settings),
    ]


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < (3, 11):  # noqa: UP036  # the environment may be older than the package asks for
        return Finding("python", "broken", f"Python {version} is too old", "use Python 3.11 or newer")
    return Finding("python", "ok", f"Python {version} in {sys.prefix}")


def _home(home: Home) -> Iterator[Finding]:
    try:
        homes.check_usable(home)
    except AimaError as error:
        yield _broken("home", error)
        return
    if not home.root.exists():
        yield Finding("home", "ok", f"{home.root} will be made by: aima up")
        return
    mode = stat.S_IMODE(home.root.stat().st_mode)
    if mode & 0o022:
        yield Finding("home", "warning", f"others may write to {home.root}", f"chmod go-w {home.root}")
    else:
        yield Finding("home", "ok", f"{home.root} (mode {mode:o})")
    for private in (home.secrets, home.run, home.logs):
        if private.exists() and private.stat().st_mode & 0o077:
            yield Finding("home", "broken", f"{private} is open to others", f"chmod 700 {private}")


def _disk(home: Home) -> Finding:
    nearest = homes.nearest_existing(home.root)
    free = shutil.disk_usage(nearest).free
    text = f"{free / 1024**3:.1f} GB free under {nearest}"
    if free < homes.MIN_FREE_BYTES:
        return Finding("disk", "broken", text, f"free some space there or {homes.ELSEWHERE}")
    if free < COMFORTABLE_FREE_BYTES:
        return Finding("disk", "warning", f"{text}; the archive will soon fill it", "free some space")
    return Finding("disk", "ok", text)


def _models(settings: Settings) -> Iterator[Finding]:
    """Whether the weights in use are whole, and whose licence nobody states."""
    try:
        chosen = used(settings)
    except AimaError as error:
        yield _broken("models", error)
        return
    names = [entry.name for entry in chosen]
    if failed := [one.entry.name for one in verify(chosen, settings.models_dir, names) if one.failed]:
        text = f"missing or damaged in {settings.models_dir}: {', '.join(failed)}"
        yield Finding("models", "warning", text, "run: aima models build")
    else:
        yield Finding("models", "ok", f"all {len(names)} in use are whole, in {settings.models_dir}")
    if unstated := [entry.name for entry in chosen if not entry.licence.stated]:
        yield Finding(
            "weights licence", "ok",
            f"stated by nobody who can be relied on: {', '.join(unstated)}; AIMA_MODELS__STRICT_LICENCES refuses them",
        )  # fmt: skip


def _stack(settings: Settings, home: Home) -> Iterator[Finding]:
    """Why the stack would not start. What runs has its ports and its user already."""
    if current_state(home) is not None:
        return
    try:
        for server in local_servers(settings, home):
            server.check()
            server.choose_ports({})
    except AimaError as error:
        yield _broken("start", error)
    else:
        yield Finding("start", "ok", "nothing stands in the way of: aima up")


def _servers(found: list[ServerStatus]) -> Iterator[Finding]:
    for server in found:
        where = f"{server.state} at {server.address}" if server.address else server.state
        text = f"{where} ({server.detail})" if server.detail else where
        if server.state in {"healthy", "external"}:
            yield Finding(server.name, "ok", text)
        elif server.state == "starting":
            yield Finding(server.name, "warning", text, "wait, then: aima status")
        else:
            yield Finding(server.name, "broken", text, "start it with: aima up")


def _ray_ports(home: Home) -> Iterator[Finding]:
    found = listeners(home, RayHead.name)
    if not found:
        return
    if not (reachable := [one for one in found if not one.is_loopback]):
        yield Finding(
            "ray ports", "ok", f"all {len(found)} listen on loopback only; all but health and metrics ask for the token"
        )
        return
    named = ", ".join(f"{one.port} ({one.program})" for one in reachable)
    yield Finding(
        "ray ports", "warning", f"other machines can reach {named}; the token is asked for",
        firewall_rule([one.port for one in reachable]),
    )  # fmt: skip


def _other_ports(home: Home) -> Iterator[Finding]:
    """Every other server binds to loopback: what others can reach there is a fault."""
    for kind in KINDS:
        reachable = [one.port for one in listeners(home, kind.name) if not one.is_loopback]
        if reachable and kind is not RayHead:
            text = f"other machines can reach {', '.join(map(str, reachable))}"
            yield Finding(f"{kind.name} ports", "broken", text, firewall_rule(reachable))


def _queue(settings: Settings) -> Iterator[Finding]:
    """Whether somebody works on what waits."""
    # The database takes a while to import.
    from aima.services.dispatching.fleets import ALIVE_S
    from aima.stores.postgres import PostgresStores

    try:
        with PostgresStores.open(postgres_url(settings), migrate_schema=False) as stores:
            waiting = sum(job.waiting for job in stores.queue.progress() if job.state != "paused")
            living = len(stores.queue.fleets(ALIVE_S))
    except AimaError:
        return  # that it does not answer, or is older, has been said or is mended by the next command
    text = f"{count(living, 'fleet')} at work or ready, {count(waiting, 'segment')} waiting"
    if waiting and not living:
        yield Finding("queue", "warning", text, "start a worker with: aima up; or see: aima jobs list")
    else:
        yield Finding("queue", "ok", text)


def _documents(settings: Settings) -> Iterator[Finding]:
    if settings.stores.mongo is None:
        yield Finding(
            "documents licence", "ok",
            "the local server is secantusdb (GPL-2.0), run as a program of its own; AIMA_STORES__MONGO replaces it",
        )  # fmt: skip


def _vectors(settings: Settings) -> Iterator[Finding]:
    if settings.stores.milvus is not None:
        return
    try:
        largest = _largest_space(settings)
    except AimaError:
        return  # that it does not answer has been said
    text = f"{largest:,} vectors in the largest collection of the local server"
    if largest > COMFORTABLE_VECTORS:
        remedy = "run a Milvus 2.6+ and name it in AIMA_STORES__MILVUS, then: aima rebuild vectors"
        yield Finding("vectors size", "warning", f"{text}; above about {COMFORTABLE_VECTORS:,} it is slow", remedy)
    else:
        yield Finding("vectors size", "ok", text)


def _largest_space(settings: Settings) -> int:
    # Its client takes half a second to import.
    from aima.stores.milvus import MilvusVectors

    with closing(MilvusVectors.open(milvus_url(settings), namespace(settings))) as vectors:
        return max((vectors.count(space) for space in vectors.spaces()), default=0)


def _other_users(settings: Settings) -> Iterator[Finding]:
    others = [
        entry.pw_name
        for entry in pwd.getpwall()
        if FIRST_LOGIN_UID <= entry.pw_uid < NOBODY_UID
        and entry.pw_uid != os.geteuid()
        and not entry.pw_shell.endswith(("nologin", "false"))
    ]
    if others:
        yield Finding(
            "other users", "warning",
            f"{len(others)} other accounts can log in here and reach loopback ports; password and token keep them out"
            + ("" if settings.stores.milvus else ", but not of the vectors: the local vector server knows no users"),
            "on a shared machine, use a machine or container of its own for sensitive archives",
        )  # fmt: skip


def _broken(subject: str, error: AimaError) -> Finding:
    return Finding(subject, "broken", error.message, error.remedy)
