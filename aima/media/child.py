"""The contained child's beginning: builds its walls, then serves. It trusts the parent and nothing that it decodes."""

from __future__ import annotations

import os
import socket
from typing import Final

from aima.media.contained import sandbox, wire

_DECORD_DESCRIPTORS: Final = 8


def main(channel_fd: str, ring_fd: str, memory_mb: str, decord: str) -> None:
    """Run until the parent closes the channel; arguments as they stand on the command line."""
    channel = socket.socket(fileno=int(channel_fd))
    try:
        _serve(channel, int(ring_fd), int(memory_mb), decord == "1")
    except wire.Gone:
        os._exit(0)
    except BaseException as error:
        wire.send(channel, {"error": {"code": "decoder_died", "message": f"the decoder did not start ({error!r})"}})
        os._exit(1)


def _serve(channel: socket.socket, ring_fd: int, memory_mb: int, decord: bool) -> None:
    network = sandbox.isolate()
    # Imported behind the first wall, and all of it before the second: afterwards there are no files.
    from aima.media import serving

    serving.prepare(decord=decord)
    server = serving.Server(channel, ring_fd, memory_mb)
    walls = sandbox.seal(memory_mb, _DECORD_DESCRIPTORS if decord else 0, threads=decord)
    wire.send(channel, {"walls": {"network": network, **walls}})
    server.serve()
