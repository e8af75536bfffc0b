"""The one process per data directory that keeps the local servers alive: `python -m aima.local.supervisor`.

It reads the settings as JSON on standard input and leaves its caller's session. SIGTERM ends it and the servers in
order; SIGHUP makes it try failed servers again.
"""

from __future__ import annotations

import json
import logging
import logging.handlers
import os
import signal
import sys
from pathlib import Path

from aima.local.changes import given
from aima.local.home import Home, home_at
from aima.local.keeper import Keeper
from aima.local.server import Server
from aima.local.servers import local_servers
from aima.local.state import Board, read_state, supervisor_lock
from aima.settings import Settings

ENDING = (signal.SIGTERM, signal.SIGINT)
AGAIN = signal.SIGHUP


def main() -> None:
    """Become a daemon and supervise until told to end. A second one for the same directory ends at once."""
    settings = Settings(**json.load(sys.stdin))
    home = home_at(settings.home)
    # No thread runs yet, so a fork is safe; the caller need not wait for us, nor reap us.
    if os.fork() > 0:
        return
    _detach(home)
    with supervisor_lock(home) as is_ours:
        if is_ours:
            supervise(settings, home)


def supervise(settings: Settings, home: Home) -> None:
    """Run the servers until SIGTERM or SIGINT."""
    wishes = _signals()
    servers = local_servers(settings, home)
    old = read_state(home).servers
    board = Board(home)
    for server in servers:
        ports = old[server.name].ports if server.name in old else {}
        board.change(server.name, state="starting", ports=ports, settings=given(server))
    keepers = [Keeper(server, board) for server in servers]
    for keeper in keepers:
        keeper.start()
    while os.read(wishes, 1)[0] == AGAIN:
        for keeper in keepers:
            keeper.retry()
    board.end()
    for turn in range(3):
        _stop([keeper for keeper, server in zip(keepers, servers, strict=True) if _turn(server) == turn])


def _turn(server: Server) -> int:
    """When it is stopped: who uses others first, who keeps data last."""
    return 2 if server.keeps_data else 0 if server.needs else 1


def _stop(keepers: list[Keeper]) -> None:
    for keeper in keepers:
        keeper.stop()
    for keeper in keepers:
        keeper.join()


def _signals() -> int:
    """A descriptor from which the numbers of arriving signals are read, one byte each.

    Waiting on a lock or a queue instead would miss a signal that the kernel hands to another thread.
    """
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer)
    for number in (*ENDING, AGAIN):
        signal.signal(number, lambda _number, _frame: None)
    return reader


def _detach(home: Home) -> None:
    os.setsid()
    os.chdir("/")
    os.umask(0o077)
    silence = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(silence, descriptor)
    _log_to(home.log("supervisor"))


def _log_to(path: Path) -> None:
    handler = logging.handlers.RotatingFileHandler(path, maxBytes=1_000_000, backupCount=1)
    logging.basicConfig(handlers=[handler], level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")


if __name__ == "__main__":
    main()
