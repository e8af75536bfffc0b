"""A contained child as its parent sees it: start it, ask it, notice how it ended, count its CPU."""

from __future__ import annotations

import contextlib
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import psutil

from aima import errors
from aima.media.contained import wire
from aima.media.contained.keeper import KEEPER, Ending, Lifeline, NotBorn

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
        self._ending: Ending | None = None
        self._channel, theirs = socket.socketpair()
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
        if self._ending is None:
            self._ending = self._lifeline.end()
            if self._ending.cpu_s is not None:
                self._cpu_s = self._ending.cpu_s
        self._channel.close()

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

    def _raise(self, found: dict[str, str]) -> None:
        kind: Callable[[str, str], Exception] = _CODES.get(str(found.get("code")), errors.DecoderDied)
        raise kind(f"{self.label}: {str(found.get('message'))[:500]}", str(found.get("remedy", ""))[:500])

    def _died(self) -> errors.DecoderDied:
        # To kill a process that is already on its way out does not change how it ended.
        self.close()
        return errors.DecoderDied(f"{self.label}: {self._reason()}", "the file may be damaged or made to do harm")

    def _reason(self) -> str:
        code = self._ending.code if self._ending else 0
        if code == -signal.SIGXCPU:
            return f"the decoder used more than {self._limits.cpu_s} s of CPU"
        if code < 0:
            return f"the decoder was ended by {signal.Signals(-code).name}"
        return f"the decoder ended with code {code}"
