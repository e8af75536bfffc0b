"""How much a face vector can be trusted, from what is known of its picture.

Quality is the cosine that the vector is expected to have with the mean vector of the same person: a product of
logistic curves, one for each of detector score, size, sharpness, contrast, exposure, turn and nod, so that each
shortcoming alone can spoil a picture and none can make up for another. The curves were fitted to the cosines that
face_embedding_512 gave for 150 portraits of 26 persons, as they are and in 26 ways shrunk, blurred, moved, darkened,
burnt, noisy and compressed, and to faces of ten recordings; those of size, sharpness and contrast are set lower than
that fit, because in compressed films poor looks at strangers resemble each other more than in photographs. At 0.4 and
above a vector is useful for linking.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from aima.analyzers.crops import Pixels
from aima.analyzers.sharpening import sharpness

Reals = npt.NDArray[np.float64]

FRONTAL_WIDTH = 1.0
"""Distance of the eyes over their height above the mouth, seen from the front (median of portraits)."""

FRONTAL_NOSE = 0.56
"""Where the nose lies between eyes (0) and mouth (1), seen from the front (median of portraits)."""

PITCH_DEGREES = 150.0
"""Degrees of nodding for a nose that moves by the height of the eyes above the mouth."""


class Curve(NamedTuple):
    """A logistic curve: 0.5 at `middle`, rising for a positive slope."""

    middle: float
    slope: float

    def __call__(self, values: npt.ArrayLike) -> Reals:
        """The curve at these values, 0..1."""
        steps = np.clip(self.slope * (np.asarray(values, np.float64) - self.middle), -50, 50)
        return np.asarray(1 / (1 + np.exp(-steps)))


BEST = 0.87
"""What a flawless picture reaches, before its curves."""

SCORE = Curve(0.43, 5.1)
SIZE = Curve(4.2, 3.0)  # log2 of pixels
SHARPNESS = Curve(-10.5, 3.0)  # log2 of the share of the contrast
CONTRAST = Curve(3.0, 1.6)  # log2 of grey levels
LOST = Curve(0.78, -6.6)  # share of burnt and drowned pixels
YAW = Curve(62.0, -0.155)  # degrees
PITCH = Curve(45.0, -0.125)  # degrees


@dataclass(frozen=True, slots=True)
class Pose:
    """Degrees of turn (never negative) and nod of faces, each [m]; rough, from five points."""

    yaw: Reals
    pitch: Reals

    def take(self, chosen: npt.NDArray[Any]) -> Pose:
        """The faces at these indices."""
        return Pose(self.yaw[chosen], self.pitch[chosen])


def pose(landmarks: Reals) -> Pose:
    """Pose from eyes, nose and corners of the mouth, [m, 5, 2]; NaN where points coincide.

    Seen from the front, the eyes are as far apart as they are above the mouth, and the nose lies a little below the
    middle between both. Turning shortens the distance of the eyes by the cosine; nodding moves the nose.
    """
    eyes = landmarks[:, :2].mean(axis=1)
    down = landmarks[:, 3:].mean(axis=1) - eyes
    right = landmarks[:, 1] - landmarks[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        # Across the face, not between the eyes: a tilted head or a mouth pulled sideways changes nothing.
        square = (down**2).sum(axis=1)
        across = (right[:, 0] * down[:, 1] - right[:, 1] * down[:, 0]) / square
        nose = ((landmarks[:, 2] - eyes) * down).sum(axis=1) / square
    yaw = np.degrees(np.arccos(np.clip(across / FRONTAL_WIDTH, -1, 1)))
    return Pose(yaw, (nose - FRONTAL_NOSE) * PITCH_DEGREES)


def quality(scores: Reals, sizes: Reals, seen: Pose, crops: list[Pixels]) -> Reals:
    """Quality 0..1 of each face, 0 where there is no pose.

    scores: of the detector. sizes: geometric mean of the box's sides in pixels of the frame. crops: aligned, RGB.
    """
    looks = np.array([_looks(crop) for crop in crops]).reshape(len(crops), 3)
    parts = [
        SCORE(scores),
        SIZE(np.log2(np.maximum(sizes, 1))),
        SHARPNESS(np.log2(looks[:, 0])),
        CONTRAST(np.log2(looks[:, 1])),
        LOST(looks[:, 2]),
        YAW(seen.yaw),
        PITCH(np.abs(seen.pitch)),
    ]
    return np.asarray(np.nan_to_num(BEST * np.prod(parts, axis=0)))


def _looks(crop: Pixels) -> tuple[float, float, float]:
    """Sharpness (share of the contrast), contrast (grey levels) and the share of burnt and drowned pixels."""
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    lost = np.mean((grey < 8) | (grey > 247))
    return sharpness(crop), max(float(grey.std()), 1.0), float(lost)
