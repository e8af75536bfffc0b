"""Throw-away folders: private while they are in use, and removed afterwards even if their process was killed."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aima.storage.archive import explained

LOCK = "lock"


@contextmanager
def scratch_folder(parent: Path) -> Iterator[Path]:
    """A new folder for its owner alone, gone at the end. Those that killed processes left in `parent` go first.

    Raises:
        DiskFull, HomeUnusable: it cannot be made.
    """
    try:
        parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(parent):  # so that nobody takes a folder for left over that is just being made
            _remove_leftovers(parent)
            folder = Path(tempfile.mkdtemp(dir=parent))
            held = _hold(folder)
    except OSError as error:
        raise explained(error, parent) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # what a dying worker still writes goes with the next one
        os.close(held)


def _remove_leftovers(parent: Path) -> None:
    """Remove the folders that nobody holds."""
    for folder in parent.iterdir():
        if folder.is_dir() and not folder.is_symlink() and (held := _try_to_hold(folder)) is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(held)


@contextmanager
def _locked(parent: Path) -> Iterator[None]:
    descriptor = os.open(parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _hold(folder: Path) -> int:
    """Lock a folder until the descriptor is closed, at the latest when the process ends."""
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return descriptor


def _try_to_hold(folder: Path) -> int | None:
    try:
        return _hold(folder)
    except OSError:
        return None
