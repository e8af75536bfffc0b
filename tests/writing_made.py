"""Pictures with writing, in the typeface that comes with OpenCV: umlauts included, on every machine."""

from __future__ import annotations

import cv2
import numpy as np

BLACK = (0, 0, 0)
WHITE = (255, 255, 255)


def blank(width: int = 1280, height: int = 720, colour: tuple[int, int, int] = WHITE) -> np.ndarray:
    """A picture of one colour, uint8 [height, width, 3]."""
    return np.full((height, width, 3), colour, np.uint8)


def write(
    picture: np.ndarray,
    text: str,
    place: tuple[int, int],
    size: int = 40,
    colour: tuple[int, int, int] = BLACK,
    face: str = "sans",
) -> tuple[int, int, int, int]:
    """Write a line whose letters stand on `place` (left, baseline); gives the box it covers: left, top, right, bottom.

    size: height of the letters with what reaches above and below, in pixels. face: "sans" or "italic".
    """
    before = picture.copy()
    cv2.putText(picture, text, place, colour, cv2.FontFace(face), size)
    rows, columns = np.nonzero((picture != before).any(axis=2))
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1
