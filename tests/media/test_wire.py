from __future__ import annotations

import fcntl
import resource
import socket
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.media.contained import wire

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@settings(deadline=None, derandomize=True)
@given(st.dictionaries(st.text(max_size=8), values, max_size=5))
def test_what_is_sent_arrives(message: dict[str, object]) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        wire.send(ours, message)
        assert wire.receive(theirs, 1.0) == message


@pytest.mark.parametrize("body", [b"no json", b"[1, 2]", b"\xff\xfe"])
def test_other_things_than_messages_end_the_talk(body: bytes) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(struct.pack("!I", len(body)) + body)
        with pytest.raises(wire.Gone):
            wire.receive(theirs, 1.0)


def test_an_absurd_length_is_not_waited_for() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(struct.pack("!I", 2**32 - 1))
        with pytest.raises(wire.Gone):
            wire.receive(theirs, 1.0)


def test_silence_and_a_closed_channel_are_told_apart() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        with ours, pytest.raises(wire.Silent):
            wire.receive(theirs, 0.05)
        with pytest.raises(wire.Gone):
            wire.receive(theirs, 1.0)
        with pytest.raises(wire.Gone):
            wire.send(theirs, {"a": 1})


def test_a_channel_of_a_high_number_is_waited_for_too() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    if before[1] <= 2000:
        pytest.skip("this system does not allow such descriptors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
    ours, theirs = socket.socketpair()
    try:
        with ours, theirs, socket.socket(fileno=fcntl.fcntl(theirs, fcntl.F_DUPFD_CLOEXEC, 2000)) as high:
            with pytest.raises(wire.Silent):
                wire.receive(high, 0.05)
            wire.send(ours, {"a": 1})
            assert wire.receive(high, 1.0) == {"a": 1}
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_the_longest_patience_is_no_error() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        wire.send(ours, {"a": 1})
        assert wire.receive(theirs, 1e9) == {"a": 1}
