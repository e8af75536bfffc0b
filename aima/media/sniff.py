"""What the first bytes say, before any parser sees them. Names and suffixes play no part."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Final, Literal

from aima.errors import MediaRefused

Family = Literal["picture", "container", "other"]

HEAD_BYTES: Final = 4096
_BLANK: Final = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"


@dataclass(frozen=True, slots=True)
class Signature:
    """`start` stands at `offset`; it is refused as what `refused` says, or belongs to `family`."""

    start: bytes
    offset: int = 0
    refused: str = ""
    family: Family = "other"


@functools.cache
def signatures() -> tuple[tuple[Signature, ...], tuple[Signature, ...]]:
    """Text and binary signatures of `signatures.toml`. Loaded before the child loses its files."""
    table = tomllib.loads(resources.files("aima.media").joinpath("signatures.toml").read_text("utf-8"))
    text = tuple(Signature(entry["start"].encode(), refused=entry["refused"]) for entry in table["text"])
    magic = tuple(
        Signature(
            bytes.fromhex(entry["hex"]),
            entry.get("offset", 0),
            entry.get("refused", ""),
            entry.get("family", "other"),
        )
        for entry in table["magic"]
    )
    return text, magic


def family(head: bytes) -> Family:
    """Which family the head of a file belongs to.

    Raises:
        MediaRefused: a playlist, script, document or archive, which could reach further files.
    """
    text, magic = signatures()
    written = head[:HEAD_BYTES].replace(b"\x00", b"").lstrip(_BLANK).lower()
    found = next((s for s in magic if head.startswith(s.start, s.offset)), None)
    found = found or next((s for s in text if written.startswith(s.start)), None)
    if found is None:
        return "other"
    if found.refused:
        raise MediaRefused(f"this is {found.refused}", "give the media files themselves")
    return found.family
