"""The local fleet: `aima worker run` under the supervisor, which analyzes what is queued."""

from __future__ import annotations

import fcntl
import hashlib
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from aima.errors import WorkerRunning
from aima.local.companion import Companion
from aima.local.home import Home


class Worker(Companion):
    """`aima worker run` with the settings of this stack."""

    name = "worker"
    command = ("worker", "run")
    reads = (
        "AIMA_STORES__", "AIMA_MODELS__", "AIMA_MEDIA__", "AIMA_IDENTITY__", "AIMA_RAY__", "AIMA_WORKER__",
        "AIMA_METRICS__", "AIMA_ARCHIVE", "AIMA_USER", "AIMA_LOG_LEVEL",
    )  # fmt: skip
    needs = ("postgres", "ray")
    fresh_s = 400.0  # it waits for a database for minutes
    grace_s = 40.0
    """More than it grants the segments in flight."""


@contextmanager
def only_worker(home: Home) -> Iterator[None]:
    """This process is the worker of the data directory until the end; the kernel ends it even after kill -9.

    Raises:
        WorkerRunning: another process is.
    """
    home.run.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (home.run / "worker.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            who = f" (pid {pid})" if (pid := file.read().strip()) else ""
            raise WorkerRunning(
                f"a worker of {home.root} runs already{who}",
                "see: aima worker status; the local stack runs it unless AIMA_LOCAL__WORKER is false",
            ) from error
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def fleet_name(home: Home) -> str:
    """What the fleet of this data directory on this machine is called, in every life; it tells no path."""
    digest = hashlib.sha256(os.fsencode(home.root)).hexdigest()
    return f"{socket.gethostname()}-{digest[:8]}"
