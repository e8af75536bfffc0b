"""Boxes that several detectors deal with alike."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


def suppressed(corners: Floats, score: Floats, group: npt.NDArray[np.int64], overlap: float) -> npt.NDArray[np.intp]:
    """Non-maximum suppression within each group: indices of the boxes that stay, surest first.

    corners: [m, 4] left, top, right, bottom. score, group: [m]. overlap: share of their union from which the less sure
    one of two goes.
    """
    if not len(score):
        return np.zeros(0, np.intp)
    boxes = corners.copy()
    boxes[:, 2:] -= boxes[:, :2]
    return np.asarray(cv2.dnn.NMSBoxesBatched(boxes.tolist(), score.tolist(), group.tolist(), 0.0, overlap), np.intp)
