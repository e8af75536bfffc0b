"""Messages between parent and child: JSON behind a length. Never pickle: the child's word is not trusted."""

from __future__ import annotations

import json
import select
import socket
import struct
from typing import Any, Final

Message = dict[str, Any]

_HEADER: Final = struct.Struct("!I")
_LARGEST: Final = 64 << 20
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
    """Read one message; waits `timeout_s` at most for each part of it.

    Raises:
        Gone: the other side has closed, or sent something else than a message.
        Silent: nothing came in time.
    """
    (length,) = _HEADER.unpack(_exactly(channel, _HEADER.size, timeout_s))
    if length > _LARGEST:
        raise Gone
    try:
        message = json.loads(_exactly(channel, length, timeout_s))
    except ValueError as error:
        raise Gone from error
    if not isinstance(message, dict):
        raise Gone
    return message


def _wait(channel: socket.socket, timeout_s: float) -> None:
    events = select.poll()  # unlike select(2) it takes descriptors of any number
    events.register(channel, select.POLLIN)
    if not events.poll(min(timeout_s * 1000, _LONGEST_MS)):
        raise Silent


def _exactly(channel: socket.socket, count: int, timeout_s: float | None) -> bytes:
    received = bytearray()
    while len(received) < count:
        if timeout_s is not None:
            _wait(channel, timeout_s)
        try:
            part = channel.recv(min(count - len(received), 1 << 20))
        except OSError as error:
            raise Gone from error
        if not part:
            raise Gone
        received += part
    return bytes(received)
