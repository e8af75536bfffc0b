"""Whether the boxes of an MP4 or QuickTime file keep within each other (ISO/IEC 14496-12, section 4.2).

Demuxers are lenient: where a box claims more than its parent holds they read what they can, and say nothing.
"""

from __future__ import annotations

import io
import struct
from typing import Final

_PARENTS: Final = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl"})
# Others may be anything, also what somebody has appended to a whole file.
_KNOWN: Final = _PARENTS | {b"ftyp", b"mdat", b"mvhd", b"tkhd", b"mdhd", b"stsd", b"stts", b"stsc", b"stsz", b"stco"}
_MOST_BOXES: Final = 10_000
_HEADER: Final = 8
_LONG_HEADER: Final = 16


def overflow(medium: io.FileIO) -> str | None:
    """Name of a box that claims to end behind its parent or the file; None if all keep within."""
    todo = [(0, medium.seek(0, io.SEEK_END))]
    for _ in range(_MOST_BOXES):
        if not todo:
            return None
        at, end = todo.pop()
        if end - at < _HEADER:
            continue
        name, head, length = _box(medium, at, end)
        if name in _KNOWN and at + length > end:
            return name.decode()
        if length < head:
            continue
        todo.append((at + length, end))
        if name in _PARENTS:
            todo.append((at + head, at + length))
    return None


def _box(medium: io.FileIO, at: int, end: int) -> tuple[bytes, int, int]:
    """Name, bytes of the header and bytes in all of the box at a place."""
    medium.seek(at)
    data = medium.read(_LONG_HEADER)
    length, name = struct.unpack(">I4s", data[:_HEADER])
    if length == 1 and len(data) == _LONG_HEADER:
        return name, _LONG_HEADER, struct.unpack(">Q", data[_HEADER:])[0]
    return name, _HEADER, length or end - at
