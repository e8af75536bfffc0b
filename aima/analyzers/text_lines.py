"""Lines of writing in the map of a detector, and as they travel between analyzers.

Liao et al., "Real-time Scene Text Detection with Differentiable Binarization" (2020): the network marks a line shrunk
towards its middle; each connected patch is grown back by its area times a factor over its girth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Rect = tuple[tuple[float, float], tuple[float, float], float]
"""Middle, sides and degrees of a tilted rectangle, as OpenCV has them."""

UPRIGHT: Final = 1.5
"""A line that is this many times as high as wide runs from top to bottom."""

LEAST_SIDE: Final = 3
"""Patches of fewer pixels across are specks."""


@dataclass(frozen=True, slots=True)
class TextLines:
    """Lines of one picture. corners: float32 [m, 4, 2], top left first, clockwise. score: float32 [m]."""

    corners: Floats
    score: Floats

    def __len__(self) -> int:
        return len(self.score)

    @property
    def boxes(self) -> Floats:
        """Upright boxes around them, float32 [m, 4]: left, top, right, bottom."""
        return np.concatenate([self.corners.min(axis=1), self.corners.max(axis=1)], axis=1)

    @property
    def heights(self) -> Floats:
        """Of the letters, [m]: the shorter side of each line."""
        return np.asarray(self._sides.min(axis=1), np.float32)

    @property
    def areas(self) -> Floats:
        """Square pixels, [m]."""
        return np.asarray(self._sides.prod(axis=1), np.float32)

    @property
    def _sides(self) -> Floats:
        """The two sides that meet in the first corner, [m, 2]."""
        return np.asarray(np.linalg.norm(self.corners[:, [1, 3]] - self.corners[:, [0, 0]], axis=2), np.float32)

    def take(self, chosen: npt.NDArray[np.intp]) -> TextLines:
        """The lines at these indices, in this order."""
        return TextLines(self.corners[chosen], self.score[chosen])

    def rows(self, scale: tuple[float, float]) -> list[dict[str, Any]]:
        """As in the column `text_lines`, sorted by (top, left); scale: source pixels per pixel, (x, y)."""
        order = np.lexsort((self.boxes[:, 0], self.boxes[:, 1]))
        corners = (self.corners * np.array(scale)).reshape(-1, 8)
        return [{"corners": corners[i].tolist(), "score": float(self.score[i])} for i in order]

    @classmethod
    def of_rows(cls, rows: Sequence[Mapping[str, Any]], scale: tuple[float, float]) -> TextLines:
        """The lines of a row of the column `text_lines`, in pixels of the frame."""
        corners = np.array([row["corners"] for row in rows], np.float32).reshape(-1, 4, 2)
        score = np.array([row["score"] for row in rows], np.float32)
        return cls((corners / np.array(scale)).astype(np.float32), score)


NONE: Final = TextLines(np.zeros((0, 4, 2), np.float32), np.zeros(0, np.float32))


def decode(probability: Floats, thresholds: Mapping[str, float], min_score: float) -> TextLines:
    """Lines in pixels of the map.

    probability: [height, width] 0..1. thresholds: "pixel", from which a pixel is of a line, and "grow", the factor by
    which patches are grown. min_score: least mean probability of a line.
    """
    patches, _ = cv2.findContours(
        (probability > thresholds["pixel"]).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE
    )
    found = []
    for patch in patches:
        rect = cv2.minAreaRect(patch)
        if min(rect[1]) < LEAST_SIDE:
            continue
        score = _mean_within(probability, cv2.boxPoints(rect))
        if score >= min_score:
            found.append((_corners(_grown(rect, thresholds["grow"])), score))
    if not found:
        return NONE
    corners, scores = zip(*found, strict=True)
    return TextLines(np.array(corners, np.float32), np.array(scores, np.float32))


def _grown(rect: Rect, factor: float) -> Rect:
    middle, (width, height), degrees = rect
    more = width * height * factor / (width + height)  # on both sides together
    return middle, (width + more, height + more), degrees


def _mean_within(probability: Floats, corners: Floats) -> float:
    """Mean of the map within a convex polygon."""
    limits = np.array(probability.shape[::-1]) - 1
    low, high = (np.clip(edge, 0, limits).astype(int) for edge in (corners.min(axis=0), corners.max(axis=0)))
    part = probability[low[1] : high[1] + 1, low[0] : high[0] + 1]
    mask = np.zeros(part.shape, np.uint8)
    cv2.fillConvexPoly(mask, (corners - low).astype(np.int32), 1)
    return float(cv2.mean(part, mask)[0])


def _corners(rect: Rect) -> Floats:
    """Corners clockwise, first the one at the top left of what is nearest to upright: float32 [4, 2]."""
    corners = np.asarray(cv2.boxPoints(rect), np.float32)
    return np.roll(corners, -int(corners.sum(axis=1).argmin()), axis=0)
