"""What a tree of processes costs: CPU seconds, each once, and memory.

Servers are daemons, workers come and go, and some parents never wait for their children. So the tree is looked at now
and then: a process counts with its own time, its dead children with what their parent was credited with for them, or
with what they were last seen with, whichever is more.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import psutil

LOOK_S = 0.5
MEMORY_EVERY = 4
"""Memory is looked at every so many looks: it costs the kernel a walk over page tables."""

TOLD = 8
"""Programs that are named of what something took."""

Key = tuple[int, float]
"""Process id and the time at which it was created."""


@dataclass
class Seen:
    """A process as it was last seen, in CPU seconds. children: of those that it has waited for."""

    parent: Key | None
    name: str
    own_before: float = 0.0
    children_before: float = 0.0
    own: float = 0.0
    children: float = 0.0
    is_alive: bool = True


@dataclass
class Accounts:
    """CPU seconds of everything below some roots since the first look; the measuring process itself costs nothing.

    roots: process ids, asked for at each look.
    """

    roots: Callable[[], Iterable[int]]
    seen: dict[Key, Seen] = field(default_factory=dict)
    _looks: int = 0

    def look(self) -> list[psutil.Process]:
        """Note what has been used by now; gives the living."""
        family = family_of(self.roots())
        keys = {process.pid: (process.pid, process.create_time()) for process in family}
        alive: set[Key] = set()
        for process in family:
            with contextlib.suppress(psutil.Error):
                with process.oneshot():
                    times, parent, name = process.cpu_times(), keys.get(process.ppid()), process.name()
                self._note(keys[process.pid], parent, name, times)
                alive.add(keys[process.pid])
        for key, one in self.seen.items():
            one.is_alive = key in alive
        self._looks += 1
        return family

    def used(self) -> dict[str, float]:
        """CPU seconds since the first look by program, dead processes and their unseen children included."""
        below: dict[Key | None, list[Key]] = defaultdict(list)
        for key, one in self.seen.items():
            if not one.is_alive:
                below[one.parent].append(key)
        found: dict[str, float] = defaultdict(float)
        for key, one in self.seen.items():
            if one.is_alive or one.parent is None:
                self._add(key, below, found)
        return dict(found)

    def _note(self, key: Key, parent: Key | None, name: str, times: Any) -> None:
        own, children = times.user + times.system, times.children_user + times.children_system
        if key not in self.seen:
            before = (own, children) if not self._looks else (0.0, 0.0)
            self.seen[key] = Seen(parent, name, *before)
        self.seen[key].name = name
        self.seen[key].own, self.seen[key].children = own, children

    def _add(self, key: Key, below: dict[Key | None, list[Key]], found: dict[str, float]) -> None:
        """Add what a process and the dead below it used since the start."""
        one, gone = self.seen[key], below[key]
        found[one.name] += 0.0 if key[0] == os.getpid() else one.own - one.own_before
        others = sum(found.values())
        for child in gone:
            self._add(child, below, found)
        known = sum(found.values()) - others
        earlier = sum(self.seen[child].own_before + self.seen[child].children_before for child in gone)
        credited = one.children - one.children_before - earlier
        found[one.name] += max(0.0, credited - known)


def family_of(pids: Iterable[int]) -> list[psutil.Process]:
    """The processes and everything below them that lives, each once."""
    family: dict[psutil.Process, None] = {}
    for pid in pids:
        with contextlib.suppress(psutil.Error):
            root = psutil.Process(pid)
            family |= dict.fromkeys([root, *root.children(recursive=True)])
    return list(family)


def resident_bytes(family: Iterable[psutil.Process]) -> int:
    """Proportional set size, without Ray's shared memory: that is the object store, which has a cap of its own."""
    total = 0
    for process in family:
        with contextlib.suppress(OSError, psutil.Error):
            rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
            sizes = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in rollup.splitlines()[1:]}
            of_ray = process.name().startswith(("ray", "raylet"))
            total += sizes["Pss"] - (sizes["Pss_Shmem"] if of_ray else 0)
    return total


@dataclass(frozen=True, slots=True)
class Spent:
    """What something took: CPU seconds of the tree, seconds of wall time, its peak memory in bytes; and CPU seconds by
    program."""

    cpu_s: float
    wall_s: float
    peak_bytes: int
    by: Mapping[str, float]

    @property
    def share(self) -> float:
        """CPU in per cent of a core."""
        return 100 * self.cpu_s / self.wall_s

    @property
    def most(self) -> str:
        """The programs that took most, in words."""
        ordered = sorted(self.by.items(), key=lambda one: -one[1])[:TOLD]
        return ", ".join(f"{name} {cpu_s:.2f}" for name, cpu_s in ordered)


class Watch:
    """Looks at a tree from a thread until it is stopped; a context manager."""

    def __init__(self, roots: Callable[[], Iterable[int]], *, memory: bool = True) -> None:
        self._accounts = Accounts(roots)
        self._memory, self._peak = memory, 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._accounts.look()
        self._begun = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._wall_s = time.monotonic() - self._begun
        self._stop.set()
        self._thread.join()
        self._accounts.look()

    @property
    def spent(self) -> Spent:
        """The account; after the end."""
        by = self._accounts.used()
        return Spent(sum(by.values()), self._wall_s, self._peak, by)

    def _run(self) -> None:
        looks = 0
        while not self._stop.wait(LOOK_S):
            family = self._accounts.look()
            looks += 1
            if self._memory and looks % MEMORY_EVERY == 0:
                self._peak = max(self._peak, resident_bytes(family))
