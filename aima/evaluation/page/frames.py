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
from aima.media.gate import inspect
from aima.media.reader import SegmentReader
from aima.media.segments import PICTURE_US
from aima.settings import Media

NEAR_US: Final = 300_000
FAR_US: Final = 2_000_000
"""How far from a time a frame of a video is looked for: sound may begin before the picture, and go on after it."""
FPS: Final = 25.0
QUALITY: Final = 72

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Photo:
    """A JPEG of a frame. width, height: of the frame as it is displayed, in source pixels."""

    jpeg: bytes
    width: int
    height: int


def photos(path: Path, seconds: Sequence[float], long_side: int, caps: Media) -> Iterator[Photo | None]:
    """Frames of a video at these times, or the picture once per time; None where there is none.

    long_side: pixels of the JPEG's longer side at most. caps: limits for untrusted files.

    Raises:
        MediaError: it cannot be read, or not any further.
    """
    options = caps.model_copy(update={"analysis_long_side": long_side, "sample_fps": FPS})
    info = inspect(path, options)
    with SegmentReader(path, info, options) as reader:
        for pixels in _frames(reader, info, seconds):
            yield None if pixels is None else Photo(jpeg(pixels), info.width, info.height)


def jpeg(pixels: Pixels, quality: int = QUALITY) -> bytes:
    """RGB pixels as a JPEG, small rather than faithful."""
    ok, data = cv2.imencode(".jpg", pixels[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not ok:
        raise ValueError("the picture could not be encoded")
    return bytes(data)


def _frames(reader: SegmentReader, info: MediaInfo, seconds: Sequence[float]) -> Iterator[Pixels | None]:
    for second in seconds:
        at = max(0, round(second * 1_000_000))
        if info.kind == "image":
            shown = _within(reader, 0, PICTURE_US)
        else:
            shown = _within(reader, at, at + NEAR_US) or _within(reader, at - NEAR_US, at)[-1:]
        yield next(iter(shown or _within(reader, at, at + FAR_US)), None)


def _within(reader: SegmentReader, start_us: int, end_us: int) -> list[Pixels]:
    """All frames of a stretch: a reader that is left before its end would have to start its child anew."""
    wanted = Segment("", 0, "sight", max(0, start_us), end_us)
    return [frame for chunk in reader.chunks(wanted) for frame in chunk.frames]
