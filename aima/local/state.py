"""What the supervisor knows, as a file that everybody else reads; and the lock that proves it lives."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from threading import Lock
from typing import Literal, TextIO

from aima.local.home import Home
from aima.local.process import is_alive

ServerState = Literal["healthy", "starting", "failed", "stopped", "external"]


@dataclass(frozen=True)
class ServerStatus:
    """One server as `aima status` shows it. `since`: seconds since 1970, when it came into this state."""

    name: str
    state: ServerState
    address: str = ""
    pid: int | None = None
    since: float | None = None
    detail: str = ""


@dataclass(frozen=True)
class ServerRecord:
    """One server as the supervisor records it.

    error_code: code of the error that made it fail. settings: those that it was started with, by variable.
    """

    state: ServerState = "starting"
    pid: int | None = None
    ports: dict[str, int] = field(default_factory=dict)
    since: float = 0.0
    detail: str = ""
    error_code: str = ""
    remedy: str = ""
    restarts: int = 0
    settings: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StackState:
    """Everything in the state file. `is_ending`: the supervisor `pid` was told to end and is about to."""

    pid: int = 0
    servers: dict[str, ServerRecord] = field(default_factory=dict)
    is_ending: bool = False


def read_state(home: Home) -> StackState:
    """The last recorded state; an empty one if there is none."""
    try:
        raw = json.loads((home.run / "stack.json").read_text())
        servers = {name: ServerRecord(**record) for name, record in raw["servers"].items()}
        return StackState(raw["pid"], servers, raw.get("is_ending", False))
    except (OSError, ValueError, KeyError, TypeError):
        return StackState()


class Board:
    """The supervisor's record of its servers; each change is on disk before the call returns."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._servers: dict[str, ServerRecord] = {}
        self._is_ending = False
        self._lock = Lock()

    def __getitem__(self, name: str) -> ServerRecord:
        return self._servers.get(name, ServerRecord())

    def is_well(self, name: str) -> bool:
        """Whether this server is healthy, or none of ours."""
        return name not in self._servers or self._servers[name].state == "healthy"

    def change(self, name: str, **changes: object) -> None:
        """Set fields of a server's record; a new state gets its time."""
        with self._lock:
            old = self._servers.get(name, ServerRecord())
            new = replace(old, **changes)  # type: ignore[arg-type]
            if new.state != old.state or not old.since:
                new = replace(new, since=time.time())
            self._servers[name] = new
            self._write()

    def end(self) -> None:
        """Say that no server is started any more: who wants them waits for the end and starts anew."""
        with self._lock:
            self._is_ending = True
            self._write()

    def _write(self) -> None:
        fresh = self._home.run / "stack.json.new"
        fresh.write_text(json.dumps(asdict(StackState(os.getpid(), self._servers, self._is_ending)), indent=1))
        fresh.replace(self._home.run / "stack.json")


@contextmanager
def supervisor_lock(home: Home) -> Iterator[bool]:
    """Hold the supervisor's lock if no other one does; the kernel gives it back even after kill -9."""
    with (home.run / "lock").open("w") as file:
        yield _lock(file, home)


def _lock(file: TextIO, home: Home) -> bool:
    # Who only looks whether a supervisor lives holds the lock for a moment, and so does one that is dying. A living
    # one is not waited for: whoever outlasted it would start again what was stopped.
    for _ in range(20):
        if _try(file, fcntl.LOCK_EX):
            return True
        if current_state(home) is not None:
            return False
        time.sleep(0.05)
    return False


def _try(file: TextIO, kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def supervisor_lives(home: Home) -> bool:
    """Whether a supervisor holds the lock of this data directory."""
    try:
        with (home.run / "lock").open("r") as file:
            return not _try(file, fcntl.LOCK_SH)
    except FileNotFoundError:
        return False


def current_state(home: Home) -> StackState | None:
    """What the living supervisor has recorded; None if there is none."""
    state = read_state(home)
    return state if state.pid and is_alive(state.pid) and supervisor_lives(home) else None
