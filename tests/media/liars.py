"""Children that were broken into: the real processes and messages, with a program that means harm."""

from __future__ import annotations

import functools
import json
import os
import socket
import struct
import time
from collections.abc import Callable
from typing import Any, Final, NoReturn

from aima.media.contained import sandbox, wire
from aima.media.contained.nursery import Nursery

Harm = Callable[[socket.socket], None]


def main(how: str, control_fd: str, parent_fd: str) -> NoReturn:
    """As `aima.media.child.main`; `how` names the harm that children do."""
    sandbox.keep_only([0, 1, 2, int(control_fd), int(parent_fd)])
    live = functools.partial(_live, HARMS[how])
    Nursery(socket.socket(fileno=3), 4, lambda: None, live).run()  # type: ignore[arg-type]


def _live(harm: Harm, channel: socket.socket, ring_fd: int, request: wire.Message, nursery: int) -> NoReturn:
    sandbox.isolate()
    walls = sandbox.seal(int(request["memory_mb"]), 0, threads=False)
    sandbox.die_with(nursery)
    if harm is not _lie_in_greeting:
        wire.send(channel, {"walls": walls})
    harm(channel)
    os._exit(0)


def _lie_in_greeting(channel: socket.socket) -> None:
    wire.send(channel, {"walls": 7})
    time.sleep(60)


def _say(*messages: Any) -> Harm:
    """Answers every request with these."""

    def harm(channel: socket.socket) -> None:
        while True:
            request = wire.receive(channel)
            for message in messages if request.get("op") in {"inspect", "read", "listen"} else ():
                wire.send(channel, message)

    return harm


def _raw(body: bytes, length: int | None = None) -> Harm:
    def harm(channel: socket.socket) -> None:
        wire.receive(channel)
        channel.sendall(struct.pack("!I", len(body) if length is None else length) + body)
        time.sleep(60)

    return harm


def _spin(channel: socket.socket) -> None:
    while True:
        pass


def _spin_and_chat(channel: socket.socket) -> None:
    """Uses CPU without end, and says something all the time so that it never counts as silent."""
    until = time.monotonic()
    while True:
        if time.monotonic() >= until:
            wire.send(channel, {"chunk": {"slot": 0, "pts": [], "strip": [], "problems": []}})
            until = time.monotonic() + 0.1


def _trickle(channel: socket.socket) -> None:
    """One byte of a long message at a time."""
    channel.sendall(struct.pack("!I", 1 << 20))
    while True:
        channel.sendall(b" ")
        time.sleep(0.05)


def _flood(channel: socket.socket) -> None:
    """More chunks than there can be."""
    number = 0
    while True:
        chunk = {"slot": 0, "pts": [], "strip": [number], "problems": []}
        channel.sendall(_packed({"chunk": chunk}))
        number += 1


def _flood_of_problems(channel: socket.socket) -> None:
    while True:
        channel.sendall(_packed({"chunk": {"slot": 0, "pts": [], "strip": [], "problems": [["a", "b"]]}}))


def _eat(channel: socket.socket) -> None:
    """All memory that there is."""
    wire.receive(channel)
    eaten = []
    while True:
        eaten.append(os.urandom(16 << 20))


def _deaf(channel: socket.socket) -> None:
    time.sleep(60)


def _packed(message: Any) -> bytes:
    body = json.dumps(message).encode()
    return struct.pack("!I", len(body)) + body


def info(**changes: Any) -> dict[str, Any]:
    """What an honest child says of a video, with some of it changed."""
    said = {
        "kind": "video", "format": "mov", "codec": "h264", "width": 128, "height": 96, "duration_us": 2_400_000,
        "fps": 25.0, "rotation": 0, "frames": 60, "has_sound": True, "partial": False,
        "keyframes_us": [0, 1_200_000], "details": {"stream": 0, "origin_us": 0},
    }  # fmt: skip
    return said | changes


HARMS: Final[dict[str, Harm]] = {
    "greeting": _lie_in_greeting,
    "no info": _say({"info": None}),
    "no message": _say([1, 2]),
    "no problems": _say({"heard": 7}),
    "endless": _say({"info": info(duration_us=10**17)}),
    "backwards": _say({"info": info(keyframes_us=[0, 9, 3])}),
    "not a number": _say({"info": info(fps=float("nan"))}),
    "no plan": _say({"info": info(details={"stream": "all"})}),
    "control characters": _say({"info": info(codec="h\x00264\ud800", details={"warning": "a\nb\x00" * 900})}),
    "foreign error": _say({"error": {"code": "ledger_broken", "message": "a\nb\x00", "remedy": "\u202edo"}}),
    "no error": _say({"error": 5}),
    "nested": _raw(b"[" * 500_000 + b"]" * 500_000),
    "large": _raw(b"", length=1 << 30),
    "number": _raw(b'{"info": ' + b"9" * 100_000 + b"}"),
    "spin": _spin,
    "spin and chat": _spin_and_chat,
    "trickle": _trickle,
    "flood": _flood,
    "flood of problems": _flood_of_problems,
    "eat": _eat,
    "deaf": _deaf,
}
