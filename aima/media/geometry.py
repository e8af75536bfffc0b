"""Sizes and orientation: from coded pixels to what is displayed, upright and with square pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

Size = tuple[int, int]
"""Width and height in pixels."""

_TURNS: Final = {
    1: cv2.ROTATE_90_COUNTERCLOCKWISE,
    2: cv2.ROTATE_180,
    3: cv2.ROTATE_90_CLOCKWISE,
}


@dataclass(frozen=True, slots=True)
class Orientation:
    """How coded pixels become upright: mirrored left-right if `flip`, then `turns` quarter turns counter-clockwise."""

    turns: int = 0
    flip: bool = False

    def size(self, width: int, height: int) -> Size:
        """Size after turning; turning back gives the same."""
        return (height, width) if self.turns % 2 else (width, height)

    def apply(self, pixels: npt.NDArray[Any], out: npt.NDArray[Any]) -> None:
        """Write `pixels` [h, w] or [h, w, 3] upright into `out`."""
        upright = cv2.flip(pixels, 1) if self.flip else pixels
        if self.turns:
            upright = cv2.rotate(upright, _TURNS[self.turns])
        np.copyto(out, upright)


def orientation_of(matrix: bytes) -> Orientation:
    """Orientation that a display matrix asks for, to the next quarter turn.

    `matrix` is nine int32 as in ISO/IEC 14496-12 (track header): x' = a x + c y, y' = b x + d y.
    """
    if len(matrix) != 36:
        return Orientation()
    values = np.frombuffer(matrix, np.int32)
    a, b, c, d = (float(values[i]) for i in (0, 1, 3, 4))
    flip = a * d - b * c < 0
    if flip:
        a, b = -a, -b
    return Orientation(round(math.atan2(-b, a) / (math.pi / 2)) % 4, flip)


def displayed_size(width: int, height: int, pixel_aspect: Fraction | None, orientation: Orientation) -> Size:
    """Size in square pixels after turning: the pixel aspect widens or narrows the coded width."""
    if pixel_aspect and Fraction(1, 16) <= pixel_aspect <= 16:
        width = max(1, round(width * pixel_aspect))
    return orientation.size(width, height)


def fit(size: Size, long_side: int) -> Size:
    """Size with the same aspect whose longer side is at most `long_side`; never larger than `size`."""
    scale = min(1.0, long_side / max(*size, 1))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def resize(pixels: npt.NDArray[Any], size: Size) -> npt.NDArray[Any]:
    """Resize [h, w] or [h, w, 3] to `size` by area; where it grows (pixel aspect), linearly."""
    height, width = pixels.shape[:2]
    if (width, height) == size:
        return pixels
    shrinks = size[0] <= width and size[1] <= height
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR))
