"""The nursery: a process that imports once and forks a fresh contained child per medium, in milliseconds.

It never reads a medium: it passes descriptors on and closes its own, so that its memory, which children inherit, holds
nothing of earlier media. It has one thread, ends a child when the parent lets go of the child's line, and ends itself
with all children when the parent is gone.

The price: children share the address layout (ASLR, stack canaries, hash seed) of their nursery, so what one that was
broken into learns of it holds for later children of the same parent too. A layout of its own would cost each child an
exec, and so the imports again.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NoReturn

from aima.media.contained import sandbox, wire

_REQUEST_BYTES: Final = 4096
_MOST_DESCRIPTORS: Final = 4
_CHANNEL: Final = 3  # of the child: 0 is the medium, 1 and 2 lead nowhere
_RING: Final = 4

Live = Callable[[socket.socket, int, wire.Message, int], NoReturn]
"""A child's life: its channel, the descriptor of its ring or -1, the request, the nursery's process id."""


@dataclass(frozen=True, slots=True)
class _Born:
    """A child, its pidfd, and the line on which the parent asks for its end and is told of it."""

    pid: int
    pidfd: int
    line: socket.socket


class Nursery:
    """Answers the parent's requests for children.

    A request is one datagram on `control`: a JSON object, which is for `live`, with the descriptors of line, medium,
    channel and, if wanted, ring. On the line the nursery says `pid`, or `failed` with the reason; `ending` when asked
    for the child's end, and after it `code`, `cpu_s` and `peak_kb`. `parent_fd` is a pidfd of the parent: a death
    signal would follow the parent's thread that started the nursery. `prepare` is called before every fork and does
    its work once.
    """

    def __init__(self, control: socket.socket, parent_fd: int, prepare: Callable[[], None], live: Live) -> None:
        self._control = control
        self._prepare = prepare
        self._live = live
        self._pid = os.getpid()
        self._born: dict[int, _Born] = {}
        self._events = selectors.PollSelector()
        self._events.register(control, selectors.EVENT_READ, self._on_request)
        self._events.register(parent_fd, selectors.EVENT_READ, self._leave)

    def run(self) -> NoReturn:
        """Serve until the parent is gone."""
        _reset_signals()
        sandbox.renounce()
        while True:
            for key, _ in self._events.select():
                key.data()

    def _on_request(self) -> None:
        body, descriptors, _, _ = socket.recv_fds(self._control, _REQUEST_BYTES, _MOST_DESCRIPTORS)
        if not body:
            self._leave()
        line = socket.socket(fileno=descriptors[0])
        try:
            born = _Born(*self._fork(json.loads(body), descriptors[1:]), line)
        except Exception as error:
            _tell(line, {"failed": repr(error)})
            line.close()
        else:
            self._keep(born)

    def _fork(self, request: wire.Message, descriptors: list[int]) -> tuple[int, int]:
        try:
            self._prepare()
            pid = os.fork()
            # A child leaves this call only by ending. So it never collects the nursery's sockets, which would close
            # numbers that are its own by then.
            if not pid:
                self._become_child(request, descriptors)
            return pid, _watch(pid)
        finally:
            for descriptor in descriptors:
                os.close(descriptor)

    def _become_child(self, request: wire.Message, descriptors: list[int]) -> NoReturn:
        try:
            medium, channel, *ring = descriptors
            sandbox.keep_only([medium, 1, 2, channel, *ring])
            self._live(socket.socket(fileno=_CHANNEL), _RING if ring else -1, request, self._pid)
        finally:
            os._exit(1)

    def _keep(self, born: _Born) -> None:
        self._born[born.pid] = born
        self._events.register(born.line, selectors.EVENT_READ, lambda: self._on_line(born))
        _tell(born.line, {"pid": born.pid})

    def _on_line(self, born: _Born) -> None:
        """Whatever comes on a line, its closing included, asks for the end of the child."""
        self._events.unregister(born.line)
        # A child that ended by itself is a zombie until it is waited for, so its number is still its own.
        os.kill(born.pid, signal.SIGKILL)
        _tell(born.line, {"ending": True})
        # One that the kernel holds in a read may live on for long, which must not stop the others.
        self._events.register(born.pidfd, selectors.EVENT_READ, lambda: self._on_end(born))

    def _on_end(self, born: _Born) -> None:
        self._events.unregister(born.pidfd)
        os.close(born.pidfd)
        del self._born[born.pid]
        _, status, usage = os.wait4(born.pid, 0)
        cpu_s = usage.ru_utime + usage.ru_stime
        code = os.waitstatus_to_exitcode(status)
        _tell(born.line, {"code": code, "cpu_s": cpu_s, "peak_kb": usage.ru_maxrss})
        born.line.close()

    def _leave(self) -> NoReturn:
        for pid in self._born:
            os.kill(pid, signal.SIGKILL)
        for pid in self._born:
            os.waitpid(pid, 0)
        os._exit(0)


def _watch(pid: int) -> int:
    try:
        return os.pidfd_open(pid)
    except OSError:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        raise


def _reset_signals() -> None:
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    # A parent that ignores its children's ends hands that down, and nobody would learn how they ended.
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    # Ctrl-C is for the parent, which then ends what it has started.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _tell(line: socket.socket, message: wire.Message) -> None:
    with contextlib.suppress(wire.Gone):
        wire.send(line, message)
