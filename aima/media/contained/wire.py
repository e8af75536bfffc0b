"""Messages between parent and child: JSON behind a length. Never pickle: the child's word is not trusted."""

from __future__ import annotations

import json
import select
import socket
import struct
import time
from typing import Any, Final

Message = dict[str, Any]

_HEADER: Final = struct.Struct("!I")
_LARGEST: Final = 8 << 20  # parsed it takes up to 25 times as much
_LONGEST_MS: Final = (1 << 31) - 1  # that poll(2) can wait


class Gone(Exception):
    """The other side has closed, or does not keep to the form of messages."""


class Silent(Exception):
    """Nothing came in time."""


def send(channel: socket.socket, message: Message) -> None:
    """Write one message.

    Raises:
        Gone: the other side has closed.
    """
    body = json.dumps(message, separators=(",", ":")).encode()
    try:
        channel.sendall(_HEADER.pack(len(body)) + body)
    except OSError as error:
        raise Gone from error


def receive(channel: socket.socket, timeout_s: float | None = None) -> Message:
    """Read one message; waits `timeout_s` at most for the whole of it.

    Raises:
        Gone: the other side has closed, or sent something else than a message.
        Silent: nothing came in time.
    """
    deadline = None if timeout_s is None else time.monotonic() + timeout_s
    (length,) = _HEADER.unpack(_exactly(channel, _HEADER.size, deadline))
    if length > _LARGEST:
        raise Gone
    try:
        message = json.loads(_exactly(channel, length, deadline))
    except (ValueError, RecursionError) as error:
        raise Gone from error
    if not isinstance(message, dict):
        raise Gone
    return message


def ready(channel: socket.socket, timeout_s: float) -> bool:
    """Whether there is something to read, or the other side has closed, within so many seconds."""
    events = select.poll()  # unlike select(2) it takes descriptors of any number
    events.register(channel, select.POLLIN)
    return bool(events.poll(min(max(timeout_s, 0) * 1000, _LONGEST_MS)))


def plain(said: object, most: int = 500) -> str:
    """A text of the other side as one line that can be shown and stored: what does not print is written out."""
    shown = str(said)[:most]
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in shown)


def _exactly(channel: socket.socket, count: int, deadline: float | None) -> bytes:
    received = bytearray()
    while len(received) < count:
        if deadline is not None and not ready(channel, deadline - time.monotonic()):
            raise Silent
        try:
            part = channel.recv(min(count - len(received), 1 << 20))
        except OSError as error:
            raise Gone from error
        if not part:
            raise Gone
        received += part
    return bytes(received)
