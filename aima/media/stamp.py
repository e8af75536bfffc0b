"""What tells that a file was written to or replaced while somebody reads it."""

from __future__ import annotations

from pathlib import Path

from aima.errors import MediaMissing

Stamp = tuple[int, int, int]


def stamp(path: Path) -> Stamp:
    """Size in bytes, time of the last change in nanoseconds, and inode.

    Raises:
        MediaMissing: the file is gone or cannot be read.
    """
    try:
        found = path.stat()
    except OSError as error:
        raise cannot_read(path, error) from error
    return found.st_size, found.st_mtime_ns, found.st_ino


def cannot_read(path: Path, error: OSError) -> MediaMissing:
    """The error of a path that the system does not give."""
    return MediaMissing(f"{path} cannot be read: {error.strerror}", "check the path and its mode")
