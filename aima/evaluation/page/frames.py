"""Single frames of a medium, decoded where untrusted bytes may be: in the contained reader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from aima.domain.media import MediaInfo, Segment
from aima.errors import MediaError
from aima.media.gate import inspect
from aima.media.reader import SegmentReader
from aima.media.segments import PICTURE_US
from aima.settings import Media

WINDOW_US: Final = 300_000
"""A frame is looked for so long: some videos show fewer than four a second."""
FPS: Final = 25.0
QUALITY: Final = 72

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Photo:
    """A JPEG of a frame. width, height: of the frame as it is displayed, in source pixels."""

    jpeg: bytes
    width: int
    height: int


def photos(path: Path, seconds: Sequence[float], long_side: int, caps: Media) -> list[Photo | None]:
    """Frames of a video at these times, or the picture once per time; None where none can be decoded.

    long_side: pixels of the JPEG's longer side at most. caps: limits for untrusted files.
    """
    options = caps.model_copy(update={"analysis_long_side": long_side, "sample_fps": FPS})
    found: list[Photo | None] = []
    try:
        info = inspect(path, options)
        with SegmentReader(path, info, options) as reader:
            found.extend(_photo(pixels, info) for pixels in _frames(reader, info, seconds))
    except MediaError:
        pass  # what was decoded before is shown; whether files can be read is told elsewhere
    return found + [None] * (len(seconds) - len(found))


def jpeg(pixels: Pixels, quality: int = QUALITY) -> bytes:
    """RGB pixels as a JPEG, small rather than faithful."""
    ok, data = cv2.imencode(".jpg", pixels[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not ok:
        raise ValueError("the picture could not be encoded")
    return bytes(data)


def _frames(reader: SegmentReader, info: MediaInfo, seconds: Sequence[float]) -> Iterator[Pixels | None]:
    for second in seconds:
        start = 0 if info.kind == "image" else max(0, round(second * 1_000_000))
        wanted = Segment("", 0, "sight", start, start + (PICTURE_US if info.kind == "image" else WINDOW_US))
        # Read to the end: a reader that is left in the middle has to start its child anew.
        chunks = [chunk for chunk in reader.chunks(wanted) if len(chunk.pts_us)]
        yield chunks[0].frames[0] if chunks else None


def _photo(pixels: Pixels | None, info: MediaInfo) -> Photo | None:
    return None if pixels is None else Photo(jpeg(pixels), info.width, info.height)
