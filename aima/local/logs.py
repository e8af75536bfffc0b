"""Logs of the servers: appended by them, cut by size, their end quoted when they fail."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

MAX_BYTES = 10 * 1024 * 1024
KEPT = 3


def open_log(path: Path) -> int:
    """A descriptor that appends. Servers hold it across a cut, and even across a dead supervisor."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


def rotate(path: Path, max_bytes: int = MAX_BYTES) -> None:
    """Copy a log that has grown too long to `.1` (older ones to `.2`, `.3`) and empty it in place."""
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size <= max_bytes:
            return
        for number in range(KEPT, 1, -1):
            older = _numbered(path, number - 1)
            if older.exists():
                older.replace(_numbered(path, number))
        shutil.copyfile(path, _numbered(path, 1))
        os.truncate(path, 0)


def tail(path: Path, lines: int = 3, since: int = 0) -> str:
    """The last non-empty lines written behind byte `since`, joined to one line."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, since if since <= size else 0, size - 8192))
            text = file.read().decode(errors="replace")
    except FileNotFoundError:
        return ""
    return " | ".join([line.strip() for line in text.splitlines() if line.strip()][-lines:])


def _numbered(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}")
