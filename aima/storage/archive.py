"""The archive: observations and crops as files below one directory, named by what they hold."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from pathlib import Path

from aima.errors import DiskFull, HomeUnusable
from aima.telemetry.failpoints import failpoint


class Archive:
    """Durable files under relative names. A file is there whole or not at all."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, name: str, data: bytes) -> str:
        """Write `data` durably under `name`, replacing what was there, and return its sha256.

        Raises:
            DiskFull: no space is left; nothing is changed.
            HomeUnusable: the directory cannot be written.
        """
        target = self.path(name)
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)  # faces and vectors are nobody else's business
            target.parent.mkdir(parents=True, exist_ok=True)
            write_whole(target, data)
        except OSError as error:
            raise explained(error, self.root) from error
        failpoint("archive.put")
        return hashlib.sha256(data).hexdigest()

    def get(self, name: str) -> bytes:
        """The bytes under `name`.

        Raises:
            FileNotFoundError: there is no such file.
        """
        return self.path(name).read_bytes()

    def stands(self) -> bool:
        """Whether anything is in it: not so where its disk is not mounted."""
        return self.root.is_dir() and any(self.root.iterdir())

    def path(self, name: str) -> Path:
        """Where `name` lies.

        Raises:
            ValueError: the name would leave the archive.
        """
        path = (self.root / name).resolve()
        if not path.is_relative_to(self.root.resolve()):
            raise ValueError(f"{name!r} is outside of the archive")
        return path


def write_whole(target: Path, data: bytes) -> None:
    """Write a file durably, whole or not at all, readable by its owner alone.

    Raises:
        OSError: it cannot be written; what was there stays.
    """
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".part-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        failpoint("archive.before_rename")
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_directory(target.parent)


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def explained(error: OSError, root: Path) -> DiskFull | HomeUnusable:
    """What an error of the file system means for whoever wants to write below `root`."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DiskFull(f"no space is left under {root}", "free some space and start again: nothing is lost")
    return HomeUnusable(f"cannot write under {root}: {error.strerror}", "check its owner and mode")
