"""TCP ports on loopback: free ones, and fixed ones that somebody else may hold."""

from __future__ import annotations

import socket

from aima.errors import PortTaken

LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket() as probe:
        # Servers set it too: a port in TIME_WAIT after a crash is free for them.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_ports(count: int) -> list[int]:
    """Different ports that nobody listens on."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind((LOOPBACK, 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def choose(fixed: int, setting: str, last: int | None) -> int:
    """The fixed port; else the one used last, so that clients find the server again; else a free one.

    Raises:
        PortTaken: the fixed port is in use.
    """
    if fixed:
        if not is_free(fixed):
            raise PortTaken(
                f"port {fixed} is in use by another process", f"stop it or set {setting} to another port or 0"
            )
        return fixed
    if last and is_free(last):
        return last
    return free_ports(1)[0]
