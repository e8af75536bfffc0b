"""The parent's side of the nursery: one per process, started with the first child, replaced when it has died."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

import aima
from aima.media.contained import wire

_BOOT: Final = "import sys; sys.path.append(sys.argv[1]); from aima.media.child import main; main(*sys.argv[2:])"
# Nothing of the parent's environment reaches the nursery and its children, so no secret does.
_ENVIRONMENT: Final = {
    "PATH": os.defpath,
    "LC_ALL": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
}
_START_TIMEOUT_S: Final = 120.0
_END_TIMEOUT_S: Final = 60.0
_LEAVE_TIMEOUT_S: Final = 5.0


class NotBorn(Exception):
    """No child could be started; the text says why."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a child ended: exit code or negative signal number; its CPU seconds and the most memory, where known.

    peak_bytes: resident, with the pages that it shares with its nursery.
    """

    code: int
    cpu_s: float | None = None
    peak_bytes: int | None = None


class Lifeline:
    """What the parent holds of a running child. Letting go of it ends the child."""

    def __init__(self, nursery: _Nursery, line: socket.socket, pid: int) -> None:
        self.pid = pid
        self._nursery = nursery
        self._line = line

    def end(self) -> Ending:
        """End the child, if it still lives, and say how it ended. Once."""
        with self._line, contextlib.suppress(wire.Gone, wire.Silent):
            self._ask()
            told = wire.receive(self._line, _END_TIMEOUT_S)
            return Ending(int(told["code"]), float(told["cpu_s"]), int(told["peak_kb"]) << 10)
        # It is killed, even if the kernel still holds it: by its nursery, or because that ended.
        return Ending(-signal.SIGKILL)

    def _ask(self) -> None:
        wire.send(self._line, {"end": True})
        try:
            wire.receive(self._line, _END_TIMEOUT_S)
        except wire.Silent:
            self._nursery.kill()
            raise


class _Nursery:
    """A started nursery."""

    def __init__(self) -> None:
        with contextlib.ExitStack() as undo:
            self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            undo.enter_context(self._control)
            with theirs:
                self._process = _spawn(theirs.fileno())
            undo.pop_all()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def send(self, message: wire.Message, descriptors: Sequence[int]) -> None:
        """Send a request.

        Raises:
            Gone: it has died.
        """
        try:
            socket.send_fds(self._control, [json.dumps(message).encode()], descriptors)
        except ConnectionError as error:
            self.kill()
            raise wire.Gone from error

    def receive_pid(self, line: socket.socket) -> int:
        """The answer to a request.

        Raises:
            Gone: it has died.
            NotBorn: it cannot start a child.
        """
        try:
            told = wire.receive(line, _START_TIMEOUT_S)
        except wire.Gone:
            self.kill()
            raise
        except wire.Silent as error:
            self.kill()
            raise NotBorn("the process that forks it hung") from error
        if "failed" in told:
            raise NotBorn(str(told["failed"]))
        return int(told["pid"])

    def kill(self) -> None:
        """End it at once, and so all of its children."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Let it end its children and go."""
        self._control.close()
        try:
            self._process.wait(_LEAVE_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def disown(self) -> None:
        """Let go of the nursery of another process."""
        self._control.close()
        self._process.returncode = 0  # no child of this process, which must not wait for it


def _spawn(control_fd: int) -> subprocess.Popen[bytes]:
    root = str(Path(aima.__file__).parent.parent)
    parent_fd = os.pidfd_open(os.getpid())
    numbers = (control_fd, parent_fd)
    try:
        return subprocess.Popen(
            [sys.executable, "-I", "-c", _BOOT, root, *map(str, numbers)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=numbers,
            env=_ENVIRONMENT,
            cwd="/",  # keeps no directory busy
        )
    finally:
        os.close(parent_fd)


class Keeper:
    """Keeps the nursery of a process, for all of its threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._nursery: _Nursery | None = None
        atexit.register(self.close)
        os.register_at_fork(after_in_child=self._begin_anew)

    @property
    def pid(self) -> int | None:
        """Process id of the nursery, if there is one."""
        return self._nursery.pid if self._nursery else None

    @property
    def cpu_s(self) -> float:
        """CPU seconds of the nursery that lives and of its children that have ended.

        Those of a nursery that has ended are counted with the ended children of this process.
        """
        if self._nursery is None or not self._nursery.alive:
            return 0.0
        with contextlib.suppress(psutil.NoSuchProcess):
            return float(sum(psutil.Process(self._nursery.pid).cpu_times()[:4]))
        return 0.0

    def bear(self, message: wire.Message, descriptors: Sequence[int]) -> Lifeline:
        """Have a child forked; `message` and the descriptors (medium, channel, ring if wanted) are for `child.main`.

        The first call takes as long as the nursery's imports.

        Raises:
            NotBorn: it cannot be started.
        """
        with contextlib.suppress(wire.Gone):  # it died just now
            return self._try(message, descriptors)
        try:
            return self._try(message, descriptors)
        except wire.Gone as error:
            raise NotBorn("the process that forks it died") from error

    def close(self) -> None:
        """End the nursery and its children. The next child gets a new one."""
        with self._lock:
            if self._nursery is not None:
                self._nursery.close()
                self._nursery = None

    def _begin_anew(self) -> None:
        """In a forked process, which must not use the nursery of another."""
        if self._nursery is not None:
            self._nursery.disown()
        # A thread that is not in this process may have held the lock.
        self._lock, self._nursery = threading.Lock(), None

    def _try(self, message: wire.Message, descriptors: Sequence[int]) -> Lifeline:
        with contextlib.ExitStack() as undo:
            try:
                line, theirs = socket.socketpair()
                undo.enter_context(line)
                with theirs, self._lock:
                    nursery = self._living()
                    nursery.send(message, [theirs.fileno(), *descriptors])
            except OSError as error:
                raise NotBorn(error.strerror or repr(error)) from error
            lifeline = Lifeline(nursery, line, nursery.receive_pid(line))
            undo.pop_all()
        return lifeline

    def _living(self) -> _Nursery:
        if self._nursery is not None and not self._nursery.alive:
            self._nursery.close()
            self._nursery = None
        if self._nursery is None:
            self._nursery = _Nursery()
        return self._nursery


KEEPER: Final = Keeper()
"""The one of this process."""
