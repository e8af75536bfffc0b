"""Input and output of CenterNet: pixels to its tensor, its maps to boxes (Zhou et al., Objects as Points, 2019)."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from aima.analyzers.boxes import suppressed
from aima.analyzers.crops import Pixels

Floats = npt.NDArray[np.float32]

STRIDE = 4
"""Input pixels per cell of the maps."""

MULTIPLE = 32
"""The network halves its input five times: both sides must be multiples of this."""


@dataclass(frozen=True, slots=True)
class Things:
    """What one picture shows, surest first.

    corners: float32 [m, 4] left, top, right, bottom. score: float32 [m], 0..1. kind: int64 [m], index of the class.
    """

    corners: Floats
    score: Floats
    kind: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.score)

    def take(self, chosen: npt.NDArray[np.intp]) -> Things:
        """The things at these indices, in this order."""
        return Things(self.corners[chosen], self.score[chosen], self.kind[chosen])


def prepare(frame: Pixels, side: int) -> tuple[Floats, float]:
    """The network's input for a picture, and the factor by which it was scaled.

    frame: uint8 [h, w, 3] RGB, brought to the long side `side`. Returns float32 [1, 3, H, W], RGB 0..255, filled up
    with black at right and bottom to multiples of 32.
    """
    height, width = frame.shape[:2]
    zoom = side / max(height, width)
    new_height, new_width = (max(1, round(length * zoom)) for length in (height, width))
    way = cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR
    scaled = frame if zoom == 1 else cv2.resize(frame, (new_width, new_height), interpolation=way)
    padded = [-(-length // MULTIPLE) * MULTIPLE for length in (new_height, new_width)]
    pixels = np.zeros((1, 3, *padded), np.float32)
    pixels[0, :, :new_height, :new_width] = scaled.transpose(2, 0, 1)
    return pixels, zoom


def decode(heat: Floats, reach: Floats, min_score: float) -> Things:
    """Things in pixels of the network's input, before suppression.

    heat: [classes, h, w] 0..1; a thing is a cell that is as hot as the hottest of the 3 x 3 around it.
    reach: [4, h, w], pixels from a cell to the left, top, right and bottom of its thing.
    """
    kind, row, column = np.nonzero(heat >= min_score)
    padded = np.pad(heat, [(0, 0), (1, 1), (1, 1)])
    around = np.max([padded[kind, row + y, column + x] for y in range(3) for x in range(3)], axis=0, initial=0)
    peak = heat[kind, row, column] >= around
    kind, row, column = kind[peak], row[peak], column[peak]
    left, top, right, bottom = reach[:, row, column]
    x, y = column * STRIDE, row * STRIDE
    corners = np.stack([x - left, y - top, x + right, y + bottom], axis=1).astype(np.float32)
    score = heat[kind, row, column].astype(np.float32)
    return Things(corners, score, kind.astype(np.int64)).take(np.argsort(-score, kind="stable"))


def suppress(things: Things, overlap: float) -> npt.NDArray[np.intp]:
    """Non-maximum suppression within each class: indices of the boxes that stay, surest first."""
    return suppressed(things.corners, things.score, things.kind, overlap)
