"""The contained child's beginning: builds its walls, then serves. It trusts the parent and nothing that it decodes."""

from __future__ import annotations

import functools
import gc
import os
import socket
from typing import Final, NoReturn

from aima.media.contained import sandbox, wire
from aima.media.contained.nursery import Nursery

_CONTROL: Final = 3  # of the nursery: 0, 1 and 2 lead nowhere
_PARENT: Final = 4
_DECORD_DESCRIPTORS: Final = 8


def main(control_fd: str, parent_fd: str) -> NoReturn:
    """Be the nursery until the parent is gone; arguments as they stand on the command line."""
    sandbox.keep_only([0, 1, 2, int(control_fd), int(parent_fd)])
    Nursery(socket.socket(fileno=_CONTROL), _PARENT, _prepare, _live).run()


@functools.cache
def _prepare() -> None:
    from aima.media import serving

    serving.prepare()
    # Later collections would write to all objects, and so copy the pages that the children share.
    gc.collect()
    gc.freeze()


def _live(channel: socket.socket, ring_fd: int, request: wire.Message, nursery: int) -> NoReturn:
    try:
        _serve(channel, ring_fd, request, nursery)
    except wire.Gone:
        os._exit(0)
    except BaseException as error:
        wire.send(channel, {"error": {"code": "decoder_died", "message": f"the decoder did not start ({error!r})"}})
        os._exit(1)


def _serve(channel: socket.socket, ring_fd: int, request: wire.Message, nursery: int) -> NoReturn:
    from aima.media import serving

    memory_mb, decord = int(request["memory_mb"]), bool(request["decord"])
    network = sandbox.isolate()
    if decord:  # while there are files
        serving.prepare_decord()
    server = serving.Server(channel, ring_fd, memory_mb)
    walls = sandbox.seal(memory_mb, _DECORD_DESCRIPTORS if decord else 0, threads=decord)
    sandbox.die_with(nursery)
    wire.send(channel, {"walls": {"network": network, **walls}})
    server.serve()
