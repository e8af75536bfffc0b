"""Start and stop the local stack."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from aima.errors import AimaError, DiskFull, HomeUnusable, PortTaken, ServerFailed, SettingInvalid
from aima.local import home as homes
from aima.local import process
from aima.local.home import Home, home_at
from aima.local.logs import tail
from aima.local.server import Server
from aima.local.servers import KINDS, local_servers
from aima.local.state import ServerRecord, StackState, current_state, read_state
from aima.settings import Settings

SUPERVISOR_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 300.0  # more than all servers are granted together: a last checkpoint may wait for a busy disk


def start(settings: Settings) -> None:
    """Start what is not running and wait until everything is healthy. Servers that run are left alone.

    A stack that is being stopped is waited for and started again.
    Where settings name other servers for all of ours, there is nothing to start.

    Raises:
        HomeUnusable, DiskFull, PortTaken: nothing was started or written.
        ServerFailed: a server did not come up; the others stay.
    """
    home = home_at(settings.home)
    servers = local_servers(settings, home)
    running = _staying(home)
    if running is None:
        if not servers:
            return
        _check(servers, home)
        homes.prepare(home)
        _spawn_supervisor(settings, home)
        _await_healthy(home, {})
        return
    failed = {name: record.since for name, record in running.servers.items() if record.state == "failed"}
    if failed:
        os.kill(running.pid, signal.SIGHUP)
    _await_healthy(home, failed)


def stop(settings: Settings) -> None:
    """Stop the servers cleanly and in order. Also ends what a killed supervisor left behind.

    Raises:
        ServerFailed: the supervisor did not end in time.
    """
    home = home_at(settings.home)
    if (running := current_state(home)) is not None:
        os.kill(running.pid, signal.SIGTERM)
        _await_end(home, running.pid)
    if current_state(home) is None:  # else somebody has started it again, and nothing is left over
        _end_leftovers(home)


def _staying(home: Home) -> StackState | None:
    """The state of the supervisor that lives, after the end of one that was told to go."""
    while (state := current_state(home)) is not None and state.is_ending:
        _await_end(home, state.pid)
    return state


def _await_end(home: Home, pid: int) -> None:
    until = time.monotonic() + STOP_TIMEOUT_S
    while process.is_alive(pid):
        if time.monotonic() > until:
            raise ServerFailed(f"the supervisor (pid {pid}) did not end", f"look at {home.logs}")
        time.sleep(0.05)


def _check(servers: list[Server], home: Home) -> None:
    homes.check_usable(home)
    _end_leftovers(home)
    for server in servers:
        server.check()
        server.choose_ports({})


def _end_leftovers(home: Home) -> None:
    for kind in reversed(KINDS):
        process.end(process.marked(home.root, kind.name), kind.gentle, kind.grace_s)


def _spawn_supervisor(settings: Settings, home: Home) -> None:
    # Started from a job of Ray, it would else be marked as a part of Ray and end with it.
    environment = {name: value for name, value in os.environ.items() if name not in process.MARKS}
    last = read_state(home)
    done = subprocess.run(
        [sys.executable, "-m", "aima.local.supervisor"],
        input=settings.model_dump_json(), text=True, capture_output=True, env=environment, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["no message"]
        raise ServerFailed(f"the supervisor did not start: {lines[-1]}", f"look at {home.logs}")
    until = time.monotonic() + SUPERVISOR_TIMEOUT_S
    while current_state(home) is None:
        if (state := read_state(home)).is_ending and state.pid != last.pid:
            raise _gone(home)
        if time.monotonic() > until:
            quoted = tail(home.log("supervisor"))
            raise ServerFailed(f"the supervisor did not come up: {quoted}", f"look at {home.logs}")
        time.sleep(0.05)


def _await_healthy(home: Home, seen: dict[str, float]) -> None:
    """Wait until no server is starting; failures of `seen` (server -> since) are old ones."""
    while (state := current_state(home)) is not None:
        fresh = {n: r for n, r in state.servers.items() if r.state != "failed" or r.since != seen.get(n)}
        is_settled = len(fresh) == len(state.servers) and all(r.state != "starting" for r in fresh.values())
        if is_settled and not state.is_ending:
            break
        time.sleep(0.05)
    else:
        raise _gone(home)
    for record in state.servers.values():
        if record.state == "failed":
            raise _error_of(record)


def _gone(home: Home) -> ServerFailed:
    if read_state(home).is_ending:
        return ServerFailed("the stack was stopped while it started", "start it again with: aima up")
    return ServerFailed(f"the supervisor went away: {tail(home.log('supervisor'))}", f"look at {home.logs}")


def _error_of(record: ServerRecord) -> AimaError:
    kinds: dict[str, type[AimaError]] = {
        kind.code: kind for kind in (DiskFull, HomeUnusable, PortTaken, SettingInvalid)
    }
    return kinds.get(record.error_code, ServerFailed)(record.detail, record.remedy)
