"""Files that are either whole or not there, and their checksums."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from aima.errors import DiskFull, HomeUnusable, ModelCorrupt


def sha256_of(path: Path) -> str:
    """Hexadecimal sha256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def demand(path: Path, expected: str, what: str, remedy: str) -> None:
    """Check a file against its sha256.

    Raises:
        ModelCorrupt: it differs; names `what`, both digests' heads and the remedy.
    """
    found = sha256_of(path)
    if found != expected:
        raise ModelCorrupt(f"{what}: sha256 is {found[:12]}, expected {expected[:12]}", remedy)


def publish(path: Path, target: Path) -> None:
    """Move a finished file to its place: durable first, then visible at once."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
    target.parent.mkdir(parents=True, exist_ok=True)
    path.replace(target)
    # A rename is durable once its directory is.
    directory = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


@contextmanager
def disk_errors(place: Path) -> Iterator[None]:
    """Turn the disk's errors below `place` into those of AIMA.

    Raises:
        DiskFull: no space is left.
        HomeUnusable: any other error of the file system.
    """
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFull(f"{place}: no space left", "free some space and repeat") from error
        raise HomeUnusable(f"{place}: {error.strerror or error}", "check AIMA_MODELS__DIR and its rights") from error


@contextmanager
def locked(path: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold an exclusive lock between processes; calls `waiting` once if another one holds it."""
    # The kernel drops the lock with the process: a killed build blocks nobody.
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
