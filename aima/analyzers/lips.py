"""The moving face held still: how much the mouth moves more than the rest of the face.

Each frame of the grey strip is warped so that eyes, nose and mouth of a face come to lie on a small template; a
remaining shift between two frames is found on eyes and nose by phase correlation (Kuglin and Hines, 1975) and undone.
What still differs at the mouth, less half of what differs at eyes and nose, is speech, chewing or a smile.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from aima.analyzers.crops import ARCFACE, ARCFACE_SIDE, Reals, similarity

Floats = npt.NDArray[np.float32]

SIDE = 48
"""Pixels of the template: about what a face of 300 pixels has in a strip of 320 x 180 of a full-HD picture."""

TEMPLATE = ARCFACE * (SIDE / ARCFACE_SIDE)
MOUTH = np.s_[33:47, 13:35]
REST = np.s_[12:33, 10:38]
FACE = np.s_[10:46, 10:38]

REST_WEIGHT = 0.5
"""Share of the motion of eyes and nose that is taken off: the mouth follows the head, but not all of it."""

FAINT = 4.0
"""Grey levels added to the contrast that motion is divided by, so that noise in flat light stays small."""

HALF = 0.1
"""Motion in units of the face's contrast that counts as 0.5."""


def held_still(frame: npt.NDArray[np.uint8], landmarks: Reals) -> Floats:
    """The face on the template: float32 [48, 48] from a grey frame and landmarks [5, 2] in its pixels."""
    matrix = similarity(landmarks[None], TEMPLATE[None])[0]
    warped = cv2.warpAffine(frame, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(warped, np.float32)


def motion(before: Floats, after: Floats) -> float:
    """Motion of the mouth between two faces on the template, 0..1; light that changes everywhere is no motion."""
    # The median change of eyes and nose is that of the light.
    change = after - _shifted(before, after)
    moved = np.abs(change - np.median(change[REST]))
    excess = moved[MOUTH].mean() - REST_WEIGHT * moved[REST].mean()
    relative = max(0.0, float(excess)) / (float(after[FACE].std()) + FAINT)
    return relative / (relative + HALF)


def opening(points: Reals) -> Reals:
    """Distance of the inner lips over the width of the mouth, [m], from 68 landmarks [m, 68, 2].

    The landmarks of the Multi-PIE scheme: 60 and 64 are the inner corners, 61-63 lie above 67-65.
    """
    gaps = np.linalg.norm(points[:, [61, 62, 63]] - points[:, [67, 66, 65]], axis=2).mean(axis=1)
    width = np.linalg.norm(points[:, 60] - points[:, 64], axis=1)
    return np.asarray(gaps / np.maximum(width, 1e-6))


def _shifted(before: Floats, after: Floats) -> Floats:
    """`before` moved so that eyes and nose lie as in `after`; unchanged if the shift is no small one."""
    (x, y), _ = cv2.phaseCorrelate(before[REST], after[REST])
    # Flat or very different patches give any shift, also NaN: only a small one can be the rest of the head's motion.
    if not max(abs(x), abs(y)) < SIDE / 16:
        return before
    shift = np.array([[1, 0, x], [0, 1, y]])
    return np.asarray(cv2.warpAffine(before, shift, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE), np.float32)
