"""The gate: nothing is analysed that has not passed `inspect`. It decides by content, never by name."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from aima.domain.media import MediaInfo
from aima.errors import MediaEmpty, MediaMissing
from aima.media import told
from aima.media.contained import wire
from aima.media.contained.process import Child, Limits
from aima.settings import Media


def inspect(path: Path, caps: Media) -> MediaInfo:
    """Find out what a file is, in a contained child of its own.

    Raises:
        MediaMissing, MediaEmpty, MediaUnknown, MediaRefused, MediaTooLarge, MediaCorrupt: what is wrong with it.
        DecoderDied: the child crashed, ran over its limits or says what cannot be.
    """
    fd = open_medium(path)
    try:
        child = Child(fd, label_of(path), limits_of(caps))
        try:
            child.request({"op": "inspect", "caps": caps.model_dump()})
            return told.info_of(child.receive().get("info"), caps)
        except told.Nonsense:
            raise child.refuse() from None
        finally:
            child.close()
    finally:
        os.close(fd)


def limits_of(caps: Media) -> Limits:
    """What a child may cost."""
    return Limits(caps.child_memory_mb, caps.child_cpu_s)


def open_medium(path: Path) -> int:
    """Descriptor of a regular file that is not empty.

    Raises:
        MediaMissing: it is not there, not readable, or no regular file.
        MediaEmpty: it has no bytes.
    """
    label = label_of(path)
    try:
        # A named pipe must not stall the gate.
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise MediaMissing(f"{label}: cannot be opened ({reason})", "check the path and its permissions") from error
    facts = os.fstat(fd)
    if stat.S_ISREG(facts.st_mode) and facts.st_size:
        return fd
    os.close(fd)
    if stat.S_ISREG(facts.st_mode):
        raise MediaEmpty(f"{label}: the file is empty", "copy it again")
    raise MediaMissing(f"{label}: not a regular file", "name a file, or a folder of files")


def label_of(path: Path) -> str:
    """The file's name for messages, with bytes and characters that do not print written out."""
    return wire.plain(os.fsencode(path.name).decode("utf-8", "backslashreplace"))
