"""Input and output of CenterFace: pixels to its tensor, its maps to boxes and landmarks."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from aima.analyzers.boxes import suppressed

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.intp]

STRIDE = 4
"""Input pixels per cell of the heat map."""

MULTIPLE = 32
"""The network halves its input five times: both sides must be multiples of this."""

MOST_ENLARGED = 4.0
"""Beyond it pixels are blots in which nothing more can be found."""


@dataclass(frozen=True, slots=True)
class Found:
    """Faces of several frames.

    frame: int64 [m], index of the frame. corners: float32 [m, 4] left, top, right, bottom. score: float32 [m].
    points: float32 [m, 5, 2] eyes (left of the picture first), nose, corners of the mouth.
    """

    frame: npt.NDArray[np.int64]
    corners: Floats
    score: Floats
    points: Floats

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def sizes(self) -> Floats:
        """Geometric mean of width and height, [m]."""
        sides = np.clip(self.corners[:, 2:] - self.corners[:, :2], 0, None)
        return np.asarray(np.sqrt(sides.prod(axis=1)), np.float32)

    def take(self, chosen: Indices) -> Found:
        """The faces at these indices, in this order."""
        return Found(self.frame[chosen], self.corners[chosen], self.score[chosen], self.points[chosen])

    def scaled(self, factor: npt.NDArray[Any]) -> Found:
        """Coordinates times factor (x, y)."""
        corners = (self.corners * np.tile(factor, 2)).astype(np.float32)
        return Found(self.frame, corners, self.score, (self.points * factor).astype(np.float32))

    def clipped(self, size: tuple[int, int]) -> Found:
        """Boxes cut off at the border of a picture of size (width, height); landmarks stay where they are."""
        corners = np.clip(self.corners, 0, np.tile(np.array(size, np.float32), 2))
        return Found(self.frame, corners, self.score, self.points)

    def of_frames(self, frames: Indices) -> Found:
        """The same faces where frame i of theirs is frame frames[i] of others."""
        return Found(frames[self.frame].astype(np.int64), self.corners, self.score, self.points)

    def joined(self, other: Found) -> Found:
        """These faces and others."""
        names = [field.name for field in fields(self)]
        return Found(*(np.concatenate([getattr(self, name), getattr(other, name)]) for name in names))

    def per_frame(self, frames: int) -> list[list[dict[str, Any]]]:
        """Faces as in the column `faces`: a list per frame, sorted by (top, left)."""
        rows: list[list[dict[str, Any]]] = [[] for _ in range(frames)]
        for i in np.lexsort((self.corners[:, 0], self.corners[:, 1])):
            left, top, right, bottom = (float(v) for v in self.corners[i])
            rows[self.frame[i]].append(
                {
                    "left": left,
                    "top": top,
                    "width": right - left,
                    "height": bottom - top,
                    "score": float(self.score[i]),
                    "landmarks": self.points[i].ravel().tolist(),
                }
            )
        return rows


def prepare(frames: npt.NDArray[np.uint8], long_side: int) -> tuple[Floats, float]:
    """The network's input and the factor by which frames were scaled.

    frames: uint8 [n, h, w, 3] RGB, brought to `long_side`, but enlarged MOST_ENLARGED times at most.
    Returns float32 [n, 3, H, W], RGB 0..255, padded with black at right and bottom to multiples of 32, so that both
    axes are scaled alike.
    """
    count, height, width = frames.shape[:3]
    zoom = min(MOST_ENLARGED, long_side / max(height, width))
    new_height, new_width = (max(1, round(side * zoom)) for side in (height, width))
    padded = [-(-side // MULTIPLE) * MULTIPLE for side in (new_height, new_width)]
    way = cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC
    pixels = np.zeros((count, 3, *padded), np.float32)
    for i, frame in enumerate(frames):
        scaled = frame if zoom == 1 else cv2.resize(frame, (new_width, new_height), interpolation=way)
        pixels[i, :, :new_height, :new_width] = scaled.transpose(2, 0, 1)
    return pixels, zoom


def decode(heat: Floats, size: Floats, offset: Floats, points: Floats, min_score: float) -> Found:
    """Faces in pixels of the network's input, before suppression.

    heat: [n, 1, h, w] 0..1. size: [n, 2, h, w] logarithm of height and width in cells. offset: [n, 2, h, w] y and x
    within the cell. points: [n, 10, h, w] y and x of each landmark in shares of the box.
    """
    frame, row, column = np.nonzero(heat[:, 0] > min_score)
    # The network gives height before width and y before x, the opposite of everything else here.
    height, width = (np.exp(size[frame, axis, row, column]) * STRIDE for axis in (0, 1))
    top = (row + offset[frame, 0, row, column] + 0.5) * STRIDE - height / 2
    left = (column + offset[frame, 1, row, column] + 0.5) * STRIDE - width / 2
    shares = points[frame, :, row, column].reshape(-1, 5, 2)
    x = shares[:, :, 1] * width[:, None] + left[:, None]
    y = shares[:, :, 0] * height[:, None] + top[:, None]
    corners = np.stack([left, top, left + width, top + height], axis=1).astype(np.float32)
    score = heat[frame, 0, row, column].astype(np.float32)
    return Found(frame, corners, score, np.stack([x, y], axis=2).astype(np.float32))


def suppress(found: Found, overlap: float) -> Indices:
    """Non-maximum suppression within each frame: indices of the boxes that stay, best first."""
    return suppressed(found.corners, found.score, found.frame, overlap)
