"""A contained child as its parent sees it: start it, ask it, notice how it ended, count its CPU."""

from __future__ import annotations

import contextlib
import signal
import socket
import struct
import time
from dataclasses import dataclass
from typing import Final

import psutil

from aima import errors
from aima.media.contained import wire
from aima.media.contained.keeper import KEEPER, Ending, Lifeline, NotBorn

_START_TIMEOUT_S: Final = 120.0
_CPUCLOCK_SCHED: Final = 2
_SEND_TIMEOUT_S: Final = 60
# By then the limit that the child sets itself has long ended it.
_CPU_GRACE_S: Final = 10.0
_HARMFUL: Final = "the file may be damaged or made to do harm"
_CODES: Final = {
    kind.code: kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.MediaError)
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may cost."""

    memory_mb: int
    cpu_s: int

    @property
    def patience_s(self) -> float:
        """Seconds that a child may let its parent wait, in all, for one request: it may share its core with others."""
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
        self._cpu_s = self._cpu_before_s = self._waited_s = 0.0
        self._ending: Ending | None = None
        self._channel, theirs = socket.socketpair()
        # One that does not read must not hold its parent.
        self._channel.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("@ll", _SEND_TIMEOUT_S, 0))
        with theirs:
            descriptors = [medium_fd, theirs.fileno(), *([] if ring_fd is None else [ring_fd])]
            self._lifeline = self._start({"memory_mb": limits.memory_mb, "decord": decord}, descriptors)
        self.walls: dict[str, bool] = self._greeting()

    @property
    def pid(self) -> int:
        """Process id of the child."""
        return self._lifeline.pid

    @property
    def alive(self) -> bool:
        """Whether the child can still be asked."""
        return self._ending is None

    @property
    def cpu_s(self) -> float:
        """CPU seconds that the child has used since it was forked."""
        if self.alive:
            with contextlib.suppress(psutil.Error):
                self._cpu_s = max(self._cpu_s, _cpu_s(self.pid))
        return self._cpu_s

    @property
    def peak_bytes(self) -> int | None:
        """The most memory that the child had, once it has ended. See `Ending`."""
        return self._ending.peak_bytes if self._ending else None

    def request(self, message: wire.Message) -> None:
        """Send a request that may use the full CPU limit anew.

        The child sets the limit itself: to set that of a process of another user takes a capability that containers
        mostly lack. One that breaks out of it is ended by `receive`.

        Raises:
            DecoderDied: the child is gone.
        """
        self._waited_s, self._cpu_before_s = 0.0, self.cpu_s
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

        `timeout_s` replaces the patience that its limits ask for.

        Raises:
            DecoderDied: the child is gone, let its parent wait for too long, or is over its CPU limit.
            MediaError: what the child found wrong with the medium, with `label` before it.
        """
        began = time.monotonic()
        try:
            message = self._hear(timeout_s or self._limits.patience_s - self._waited_s)
        except wire.Gone:
            raise self._died() from None
        except wire.Silent:
            raise self._end_it("the decoder hung") from None
        self._waited_s += time.monotonic() - began
        if "error" in message:
            raise self._complaint(message["error"])
        return message

    def close(self) -> None:
        """End the child; its CPU seconds stay known."""
        if self._ending is None:
            self._ending = self._lifeline.end()
            if self._ending.cpu_s is not None:
                self._cpu_s = self._ending.cpu_s
        self._channel.close()

    def refuse(self) -> errors.DecoderDied:
        """End a child that does not keep to what was agreed; the error to raise."""
        return self._end_it("the decoder answered nonsense")

    def _hear(self, patience_s: float) -> wire.Message:
        deadline = time.monotonic() + patience_s
        while True:
            spare_s = self._limits.cpu_s + _CPU_GRACE_S - (self.cpu_s - self._cpu_before_s)
            if spare_s <= 0:
                raise self._end_it(self._over_cpu())
            left_s = deadline - time.monotonic()
            # So long at least the CPU limit is kept: there is one thread, or the child's own limit holds.
            if wire.ready(self._channel, min(left_s, spare_s)) or left_s <= 0:
                return wire.receive(self._channel, max(left_s, 0))

    def _start(self, message: wire.Message, descriptors: list[int]) -> Lifeline:
        try:
            return KEEPER.bear(message, descriptors)
        except NotBorn as reason:
            self._channel.close()
            raise errors.DecoderDied(
                f"{self.label}: the decoder did not start ({reason})", "see that memory and processes are left"
            ) from reason

    def _greeting(self) -> dict[str, bool]:
        try:
            return dict(self.receive(_START_TIMEOUT_S)["walls"])
        except errors.AimaError:
            self.close()
            raise
        except (KeyError, TypeError, ValueError):
            raise self.refuse() from None

    def _complaint(self, found: object) -> errors.MediaError:
        said = found if isinstance(found, dict) else {}
        kind = _CODES.get(str(said.get("code")), errors.DecoderDied)
        return kind(f"{self.label}: {wire.plain(said.get('message'))}", wire.plain(said.get("remedy") or _HARMFUL))

    def _died(self) -> errors.DecoderDied:
        # To kill a process that is already on its way out does not change how it ended.
        self.close()
        return self._end_it(self._reason())

    def _end_it(self, why: str) -> errors.DecoderDied:
        self.close()
        return errors.DecoderDied(f"{self.label}: {why}", _HARMFUL)

    def _over_cpu(self) -> str:
        return f"the decoder used more than {self._limits.cpu_s} s of CPU"

    def _reason(self) -> str:
        code = self._ending.code if self._ending else 0
        if code == -signal.SIGXCPU:
            return self._over_cpu()
        if code < 0:
            return f"the decoder was ended by {signal.Signals(-code).name}"
        return f"the decoder ended with code {code}"


def _cpu_s(pid: int) -> float:
    """CPU seconds of a process.

    By its CPU clock, whose id Linux makes of the pid (MAKE_PROCESS_CPUCLOCK of its posix-timers.h): in nanoseconds.
    psutil counts ticks of 10 ms.

    Raises:
        psutil.Error: it is gone.
    """
    try:
        return time.clock_gettime((~pid << 3) | _CPUCLOCK_SCHED)
    except OSError:
        times = psutil.Process(pid).cpu_times()
        return float(times.user + times.system)
