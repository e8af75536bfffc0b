"""Cut faces out of frames as the networks want them: aligned by landmarks, or as an enlarged square box."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Reals = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

ARCFACE = np.array([(38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041)])
"""Where eyes, nose and corners of the mouth lie in an aligned picture of 112 x 112 (Deng et al., ArcFace, 2019)."""

ARCFACE_SIDE = 112


def similarity(source: Reals, target: Reals) -> Reals:
    """The rotation, scale and shift that brings points closest to a target: float64 [m, 2, 3] for [m, k, 2].

    The least-squares similarity of Umeyama (1991), which in the plane and without reflection is one complex division.
    Points that coincide give NaN.
    """
    z, w = source[..., 0] + 1j * source[..., 1], target[..., 0] + 1j * target[..., 1]
    z_mean, w_mean = z.mean(axis=-1, keepdims=True), w.mean(axis=-1, keepdims=True)
    spread = (np.abs(z - z_mean) ** 2).sum(axis=-1)
    covered = (np.conj(z - z_mean) * (w - w_mean)).sum(axis=-1)
    turn = np.divide(covered, spread, out=np.full(covered.shape, complex(np.nan, np.nan)), where=spread > 0)
    shift = w_mean[..., 0] - turn * z_mean[..., 0]
    rows = [np.stack([turn.real, -turn.imag, shift.real], -1), np.stack([turn.imag, turn.real, shift.imag], -1)]
    return np.stack(rows, axis=-2)


def aligned(frame: Pixels, matrix: Reals, side: int) -> Pixels:
    """The face warped by an affine matrix [2, 3] onto side x side; what lies outside the frame is black.

    Cubic, for the sake of tiny faces: linear interpolation blurs them.
    """
    return np.asarray(cv2.warpAffine(frame, matrix, (side, side), flags=cv2.INTER_CUBIC), np.uint8)


def inside(frame: Pixels, matrix: Reals, side: int) -> Mask:
    """Which pixels of what `aligned` gives were seen in the frame, bool [side, side]: not the black beyond its border.

    Those that lie within two of the frame's pixels of the border are mixed with black by cubic interpolation.
    """
    back, places = cv2.invertAffineTransform(matrix), np.arange(side)
    x, y = (row[0] * places + row[1] * places[:, None] + row[2] for row in back)
    tall, wide = frame.shape[:2]
    return np.asarray((x >= 1) & (y >= 1) & (x <= wide - 2) & (y <= tall - 2), bool)


def square(frame: Pixels, box: Sequence[float] | Reals, factor: float, side: int) -> Pixels:
    """The square around a box (left, top, width, height), enlarged by factor, as side x side.

    Beyond the frame its border pixels are repeated. Shrinks by area, so that fine texture does not alias.
    """
    left, top, width, height = box
    reach = max(width, height) * factor / 2
    x, y = left + width / 2, top + height / 2
    x0, y0, x1, y1 = (round(v) for v in (x - reach, y - reach, x + reach, y + reach))
    x1, y1 = max(x1, x0 + 1), max(y1, y0 + 1)
    tall, wide = frame.shape[:2]
    inside = frame[max(y0, 0) : max(y1, 1), max(x0, 0) : max(x1, 1)]
    if inside.size == 0:
        return np.zeros((side, side, *frame.shape[2:]), np.uint8)
    # Padding only what is cut out keeps huge frames from being copied.
    margins = max(-y0, 0), max(y1 - tall, 0), max(-x0, 0), max(x1 - wide, 0)
    whole = cv2.copyMakeBorder(inside, *margins, borderType=cv2.BORDER_REPLICATE) if any(margins) else inside
    shrinks = whole.shape[0] > side
    return np.asarray(
        cv2.resize(whole, (side, side), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR), np.uint8
    )


def tensor(crops: Sequence[Pixels], contract: Mapping[str, Any]) -> npt.NDArray[np.float32]:
    """Crops (uint8 [side, side, 3] RGB) as a network's input.

    contract: "mean" and "std" (numbers, or one per channel in the order of "colour"): x = (pixel - mean) / std;
        "colour": rgb, bgr or grey. Returns float32 [n, channels, side, side].
    """
    stack = np.stack(crops)
    if contract["colour"] == "grey":
        stack = np.stack([cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY) for crop in crops])[..., None]
    elif contract["colour"] == "bgr":
        stack = stack[..., ::-1]
    values = (stack - np.asarray(contract["mean"], np.float32)) / np.asarray(contract["std"], np.float32)
    return np.ascontiguousarray(values.transpose(0, 3, 1, 2), np.float32)
