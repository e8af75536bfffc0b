"""Tilted faces turned upright, to be looked at once more: detectors place landmarks best on upright faces."""

from __future__ import annotations

from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from aima.analyzers.crops import Pixels

Floats = npt.NDArray[np.float32]
Reals = npt.NDArray[np.float64]

SIDE: Final = 128
"""Pixels of the picture in which a face is looked at again."""

ROOM: Final = 2.0
"""Its side in sides of the face's box: a face half as large as the picture is placed best."""


def tilt(points: Floats) -> Reals:
    """Degrees by which faces are turned clockwise, [m]; points: eyes, nose, corners of the mouth, [m, 5, 2]."""
    across = points[:, [1, 4]].sum(axis=1) - points[:, [0, 3]].sum(axis=1)
    return np.asarray(np.degrees(np.arctan2(across[:, 1], across[:, 0])), np.float64)


def upright(frame: Pixels, corners: Floats, degrees: float) -> tuple[Pixels, Reals]:
    """The face of a box (left, top, right, bottom) turned upright, and the way there.

    Returns uint8 [SIDE, SIDE, 3] and the affine matrix [2, 3] from the frame's pixels to it.
    """
    middle = (corners[:2] + corners[2:]) / 2
    reach = max(float((corners[2:] - corners[:2]).max()) * ROOM, 1.0)
    way = np.asarray(cv2.getRotationMatrix2D((float(middle[0]), float(middle[1])), degrees, SIDE / reach))
    way[:, 2] += SIDE / 2 - middle
    return np.asarray(cv2.warpAffine(frame, way, (SIDE, SIDE), flags=cv2.INTER_LINEAR), np.uint8), way


def back(points: npt.NDArray[Any], way: Reals) -> Floats:
    """Points [k, 2] of the upright picture in the frame's pixels."""
    return np.asarray((points - way[:, 2]) @ np.linalg.inv(way[:, :2]).T, np.float32)
