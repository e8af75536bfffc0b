"""The parent's side of the contained child: start it, ask it, notice how it ended, count its CPU."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

import aima
from aima import errors
from aima.media.contained import wire

_BOOT: Final = "import sys; sys.path.append(sys.argv[1]); from aima.media.child import main; main(*sys.argv[2:])"
# Nothing of the parent's environment reaches the child, so no secret does.
_ENVIRONMENT: Final = {
    "PATH": os.defpath,
    "LC_ALL": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
}
_START_TIMEOUT_S: Final = 120.0
_CODES: Final = {
    kind.code: kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.AimaError)
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may cost."""

    memory_mb: int
    cpu_s: int

    @property
    def patience_s(self) -> float:
        """Seconds without a word after which a child counts as hung: it may share its core with others."""
        return 60.0 + 4.0 * self.cpu_s


class Child:
    """One running child with the medium as its standard input.

    `label` names the medium in errors. `ring_fd` is shared memory made by `ring.create`; `decord` leaves room for
    the threads and descriptors of that decoder.

    Raises:
        DecoderDied: the child does not start.
    """

    def __init__(
        self, medium_fd: int, label: str, limits: Limits, ring_fd: int | None = None, *, decord: bool = False
    ) -> None:
        self.label = label
        self._limits = limits
        self._cpu_s = 0.0
        ours, theirs = socket.socketpair()
        self._channel = ours
        kept = [theirs.fileno(), *([] if ring_fd is None else [ring_fd])]
        numbers = [theirs.fileno(), -1 if ring_fd is None else ring_fd, limits.memory_mb, int(decord)]
        root = str(Path(aima.__file__).parent.parent)
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", _BOOT, root, *map(str, numbers)],
            stdin=medium_fd,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=kept,
            env=_ENVIRONMENT,
            cwd="/",  # keeps no directory busy
        )
        theirs.close()
        self.walls: dict[str, bool] = self._greeting()

    @property
    def pid(self) -> int:
        """Process id of the child."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the child can still be asked."""
        return self._process.returncode is None

    @property
    def cpu_s(self) -> float:
        """CPU seconds that the child has used so far, start-up included."""
        if self.alive:
            with contextlib.suppress(psutil.Error):
                times = psutil.Process(self.pid).cpu_times()
                self._cpu_s = max(self._cpu_s, times.user + times.system)
        return self._cpu_s

    def request(self, message: wire.Message) -> None:
        """Send a request that may use the full CPU limit anew.

        The child sets the limit itself: to set that of a process of another user takes a capability that containers
        mostly lack. A child that breaks out of it is ended when it falls silent.

        Raises:
            DecoderDied: the child is gone.
        """
        self.send({**message, "cpu_s": self._limits.cpu_s})

    def send(self, message: wire.Message) -> None:
        """Send a message.

        Raises:
            DecoderDied: the child is gone.
        """
        try:
            wire.send(self._channel, message)
        except wire.Gone:
            raise self._died() from None

    def receive(self, timeout_s: float | None = None) -> wire.Message:
        """Wait for the next message.

        Raises:
            DecoderDied: the child is gone, or silent for too long.
            MediaError: what the child found wrong with the medium, with `label` before it.
        """
        try:
            message = wire.receive(self._channel, timeout_s or self._limits.patience_s)
        except wire.Gone:
            raise self._died() from None
        except wire.Silent:
            self.close()
            raise errors.DecoderDied(
                f"{self.label}: the decoder hung", "the file may be damaged or made to do harm"
            ) from None
        if "error" in message:
            self._raise(message["error"])
        return message

    def close(self) -> None:
        """End the child; its CPU seconds stay known."""
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self._reap()
        self._channel.close()

    def _greeting(self) -> dict[str, bool]:
        try:
            return dict(self.receive(_START_TIMEOUT_S)["walls"])
        except errors.AimaError:
            self.close()
            raise

    def _raise(self, found: dict[str, str]) -> None:
        kind: Callable[[str, str], Exception] = _CODES.get(str(found.get("code")), errors.DecoderDied)
        raise kind(f"{self.label}: {str(found.get('message'))[:500]}", str(found.get("remedy", ""))[:500])

    def _died(self) -> errors.DecoderDied:
        # Killing a process that is already on its way out does not change how it ended.
        self.close()
        return errors.DecoderDied(f"{self.label}: {self._reason()}", "the file may be damaged or made to do harm")

    def _reap(self) -> None:
        try:
            _, status, usage = os.wait4(self.pid, 0)
        except ChildProcessError:  # the process around us reaps its children itself
            self._process.returncode = -signal.SIGKILL
            return
        self._process.returncode = os.waitstatus_to_exitcode(status)
        self._cpu_s = usage.ru_utime + usage.ru_stime

    def _reason(self) -> str:
        code = self._process.returncode
        if code == -signal.SIGXCPU:
            return f"the decoder used more than {self._limits.cpu_s} s of CPU"
        if code is not None and code < 0:
            return f"the decoder was ended by {signal.Signals(-code).name}"
        return f"the decoder ended with code {code}"
