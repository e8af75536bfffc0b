"""When something was recorded, as its file says: seconds since 1970 in UTC. Files say what they like.

Times without a zone count as UTC. What a device without a set clock writes, the first day of 1904 or 1970, is no time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from PIL import Image

KEY: Final = "recorded_s"
"""Where it stands among the details of a medium."""

_FROM: Final = datetime(1970, 1, 2, tzinfo=UTC)
_EXIF, _TAKEN, _ZONE = 0x8769, 0x9003, 0x9011


def of_container(metadata: Mapping[str, str]) -> dict[str, int]:
    """The time of a video or of sound by KEY; empty if there is none."""
    return _known(metadata.get("creation_time", ""))


def of_picture(picture: Image.Image) -> dict[str, int]:
    """The time at which a photograph was taken by KEY (EXIF DateTimeOriginal); empty if there is none."""
    try:
        block = picture.getexif().get_ifd(_EXIF)
        day, _, clock = str(block.get(_TAKEN, "")).strip("\0 ").partition(" ")
        zone = str(block.get(_ZONE, "")).strip("\0 ")
    except Exception:  # a damaged block can end in anything, and the picture is none the worse
        return {}
    return _known(f"{day.replace(':', '-')}T{clock}{zone}") or _known(f"{day.replace(':', '-')}T{clock}")


def _known(said: str) -> dict[str, int]:
    try:
        time = datetime.fromisoformat(said)
        seconds = int((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return {}
    return {KEY: seconds} if seconds >= _FROM.timestamp() else {}
