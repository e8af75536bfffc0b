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
    network = sandbox.isolate()
    # Imported behind the first wall, and all of it before the second: afterwards there are no files.
    from aima.media.contained import requests

    with_decord = decord == "1"
    requests.prepare(decord=with_decord)
    server = requests.Server(channel, int(ring_fd), int(memory_mb))
    walls = sandbox.seal(int(memory_mb), _DECORD_DESCRIPTORS if with_decord else 0, threads=with_decord)
    try:
        wire.send(channel, {"walls": {"network": network, **walls}})
        server.serve()
    except wire.Gone:
        os._exit(0)
