"""How much a face vector can be trusted, from what is known of its picture.

A product of five ramps from 0 to 1, each over one property and each monotone: detector score, size, sharpness,
frontality and exposure. 0.4 and more is useful for linking.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]

FRONTAL_WIDTH = 1.0
"""Distance of the eyes over their height above the mouth, seen from the front (median of portraits)."""

FRONTAL_NOSE = 0.56
"""Where the nose lies between eyes (0) and mouth (1), seen from the front (median of portraits)."""

PITCH_DEGREES = 150.0
"""Degrees of nodding for a nose that moves by the height of the eyes above the mouth."""

WORST_YAW = 75.0
"""Degrees of turn beyond which one eye is hidden and a vector says nothing."""


@dataclass(frozen=True, slots=True)
class Pose:
    """Degrees of turn, nod and tilt of faces, each [m]; rough, from five points."""

    yaw: Reals
    pitch: Reals
    roll: Reals

    @property
    def plausible(self) -> npt.NDArray[np.bool_]:
        """Faces whose landmarks can be those of a face that shows both eyes; NaN is not."""
        return np.asarray((self.yaw <= WORST_YAW) & (np.abs(self.pitch) < 60))

    def take(self, chosen: npt.NDArray[Any]) -> Pose:
        """The faces at these indices."""
        return Pose(self.yaw[chosen], self.pitch[chosen], self.roll[chosen])


def pose(landmarks: Reals) -> Pose:
    """Pose from eyes, nose and corners of the mouth, [m, 5, 2].

    Seen from the front, the eyes are as far apart as they are above the mouth, and the nose lies a little below the
    middle between both. Turning shortens the distance of the eyes by the cosine; nodding moves the nose.
    """
    right = landmarks[:, 1] - landmarks[:, 0]
    eyes = landmarks[:, :2].mean(axis=1)
    down = landmarks[:, 3:].mean(axis=1) - eyes
    length = np.hypot(*down.T)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Across the face, so that a mouth that moves sideways does not count as width.
        across = (right[:, 0] * down[:, 1] - right[:, 1] * down[:, 0]) / length**2
        nose = ((landmarks[:, 2] - eyes) * down).sum(axis=1) / length**2
    yaw = np.degrees(np.arccos(np.clip(across / FRONTAL_WIDTH, -1, 1)))
    return Pose(yaw, (FRONTAL_NOSE - nose) * PITCH_DEGREES, np.degrees(np.arctan2(right[:, 1], right[:, 0])))


def quality(scores: Reals, sizes: Reals, seen: Pose, crops: list[npt.NDArray[np.uint8]]) -> Reals:
    """Quality in 0..1 of each face.

    scores: of the detector. sizes: geometric mean of the box's sides in pixels of the frame. crops: aligned, RGB.
    """
    grey = [cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY) for crop in crops]
    sharpness = np.array([cv2.Laplacian(face, cv2.CV_32F).var() for face in grey]).reshape(len(grey))
    parts = [
        _ramp(scores, 0.3, 0.8),
        _ramp(np.log2(np.maximum(sizes, 1)), np.log2(12), np.log2(96)),
        _ramp(np.log2(sharpness + 1), np.log2(4), np.log2(200)),
        _ramp(-np.nan_to_num(seen.yaw, nan=90), -WORST_YAW, -30),
        _ramp(-np.abs(np.nan_to_num(seen.pitch, nan=90)), -60, -15),
        _exposure(grey),
    ]
    return np.asarray(np.prod(parts, axis=0) ** (1 / 2))


def _exposure(grey: list[npt.NDArray[np.uint8]]) -> Reals:
    """1 for full contrast, falling with flat light and with burnt or drowned pixels."""
    contrast = np.array([face.std() for face in grey]).reshape(len(grey))
    lost = np.array([np.mean((face < 8) | (face > 247)) for face in grey]).reshape(len(grey))
    return _ramp(contrast, 0, 32) * _ramp(-lost, -0.8, -0.2)


def _ramp(values: npt.ArrayLike, low: float, high: float) -> Reals:
    return np.clip((np.asarray(values, np.float64) - low) / (high - low), 0.0, 1.0)
