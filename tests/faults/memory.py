"""Memory of a local stack while it works: the proportional set size of all its processes, without the object store."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from aima.local.home import Home, home_at
from aima.local.state import current_state, read_state
from aima.settings import Settings

EVERY_S = 5.0
STORE = "/plasma"


@dataclass
class Peak:
    """The largest sum that was seen, in bytes, and what it was made of, by server."""

    pss: int = 0
    parts: dict[str, int] = field(default_factory=dict)
    spilled: int = 0

    def __str__(self) -> str:
        parts = ", ".join(f"{name} {size >> 20}" for name, size in sorted(self.parts.items()))
        return f"{self.pss >> 20} MB at its peak ({parts}), {self.spilled} bytes spilled"


class MemoryWatch(threading.Thread):
    """Looks at every process of a stack every few seconds, until the end of the block."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(name="memory")
        self._home = home_at(settings.home)
        self._done = threading.Event()
        self.peak = Peak()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self.join()

    def run(self) -> None:
        """Measure until told to end."""
        while not self._done.wait(EVERY_S):
            parts = by_server(self._home)
            if sum(parts.values()) > self.peak.pss:
                self.peak.pss, self.peak.parts = sum(parts.values()), dict(parts)
            self.peak.spilled = max(self.peak.spilled, spilled(self._home))


def by_server(home: Home) -> Counter[str]:
    """Bytes by server of the stack, the supervisor among them."""
    found: Counter[str] = Counter()
    state = current_state(home)
    if state is None:
        return found
    names = {record.pid: name for name, record in read_state(home).servers.items() if record.pid}
    supervisor = psutil.Process(state.pid)
    found["supervisor"] = pss(supervisor.pid)
    for server in supervisor.children():
        name = names.get(server.pid, "other")
        with suppress(psutil.Error):
            found[name] += sum(pss(one.pid) for one in (server, *server.children(recursive=True)))
    return found


def pss(pid: int) -> int:
    """Proportional set size of a process in bytes without Ray's object store; 0 if it is gone."""
    try:
        if STORE in Path(f"/proc/{pid}/maps").read_text():
            return _without_store(Path(f"/proc/{pid}/smaps").read_text().splitlines())
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (OSError, ProcessLookupError):
        return 0
    return sum(_kilobytes(line) for line in lines if line.startswith("Pss:"))


def _without_store(lines: list[str]) -> int:
    total, is_store = 0, False
    for line in lines:
        name = line.split(maxsplit=1)[0]
        if not name.endswith(":"):  # the first line of a mapping: its addresses, and its file
            is_store = STORE in line
        elif name == "Pss:" and not is_store:
            total += _kilobytes(line)
    return total


def _kilobytes(line: str) -> int:
    return int(line.split()[1]) * 1024


def spilled(home: Home) -> int:
    """Bytes that Ray's object store has put onto the disk."""
    files = home.ray.glob("session_2*/ray_spilled_objects*/**/*")
    return sum(file.stat().st_size for file in files if file.is_file())
