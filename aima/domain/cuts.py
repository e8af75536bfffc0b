"""When two neighbouring frames belong to different shots. Pure arithmetic on small grey pictures.

A frame is reduced to its mean luma in 16 x 16 blocks. Two frames are compared by the mean difference of their blocks
under the best shift by at most one block, so that a moving camera costs little. A cut is a difference that is large
and stands out against those around it: the adaptive threshold of Yeo and Liu, "Rapid scene analysis on compressed
video" (1995), with the weights of both facts fitted by logistic regression on spliced recordings.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

GRID = 16
"""Blocks per side."""

CONTEXT = 2
"""Differences that a signature keeps of its surroundings: the two largest."""

REACH = 6
"""Differences on either side of a boundary that it must stand out against, without its direct neighbours."""

CUT_AT = 0.8
"""Score from which a boundary is a cut."""

_SIZE_WEIGHT, _RATIO_WEIGHT, _BIAS = 1.76, 2.92, 4.03
_SIZE_FLOOR, _RATIO_FLOOR = 1e-3, 2e-3


def blocks(frames: npt.NDArray[np.uint8]) -> Floats:
    """Mean luma 0..1 of 16 x 16 blocks: float32 [n, 16, 16] of grey frames uint8 [n, h, w]."""
    rows, row_sizes = _edges(frames.shape[1])
    columns, column_sizes = _edges(frames.shape[2])
    sums = np.add.reduceat(np.add.reduceat(frames, rows, axis=1, dtype=np.uint32), columns, axis=2)
    return np.asarray(sums / (255.0 * row_sizes[:, None] * column_sizes), np.float32)


def distance(a: Floats, b: Floats) -> Floats:
    """Mean absolute difference of blocks [..., 16, 16] under the best shift by at most one block: [...], 0..1."""
    steps = (-1, 0, 1)
    shifted = [np.abs(_shift(a, y, x) - _shift(b, -y, -x)).mean(axis=(-2, -1)) for y in steps for x in steps]
    return np.asarray(np.min(shifted, axis=0), np.float32)


def scores(differences: Floats, around: Floats) -> Floats:
    """Scores 0..1 of boundaries with these differences, against the second largest difference around each."""
    stands_out = np.log((differences + _RATIO_FLOOR) / (around + _RATIO_FLOOR))
    logit = _SIZE_WEIGHT * np.log(differences + _SIZE_FLOOR) + _RATIO_WEIGHT * stands_out + _BIAS
    return np.asarray(1 / (1 + np.exp(-logit)), np.float32)


def second_largest(values: npt.ArrayLike) -> float:
    """Second largest of a few values; the largest may itself be a cut. 0 for none, the only one for one."""
    ordered = np.sort(np.asarray(values, np.float64))
    return float(ordered[max(len(ordered) - 2, 0)]) if len(ordered) else 0.0


def signature(picture: Floats, near: Floats) -> Floats:
    """Float32 [258] of a segment's first or last frame: its 256 blocks row by row, then the two largest of the
    differences within `REACH` of the border on this side (without the one next to it), zero where there are none.
    """
    largest = np.zeros(CONTEXT, np.float32)
    kept = np.sort(near)[::-1][:CONTEXT]
    largest[: len(kept)] = kept
    return np.concatenate([picture.ravel(), largest]).astype(np.float32)


def is_cut(a: Sequence[float] | Floats, b: Sequence[float] | Floats) -> tuple[bool, float]:
    """Whether a shot ends between two segments, and the score 0..1.

    a: signature of the last frame of the earlier one. b: of the first frame of the later one.
    """
    before, after = np.asarray(a, np.float32), np.asarray(b, np.float32)
    area = GRID * GRID
    pictures = [side[:area].reshape(GRID, GRID) for side in (before, after)]
    around = second_largest(np.concatenate([before[area:], after[area:]]))
    score = float(scores(distance(*pictures), np.asarray(around, np.float32)))
    return score >= CUT_AT, score


def _edges(length: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Starts and sizes of 16 blocks over a length; blocks of a length below 16 share pixels."""
    edges = np.arange(GRID + 1) * length // GRID
    return edges[:-1], np.maximum(np.diff(edges), 1)


def _shift(pictures: Floats, y: int, x: int) -> Floats:
    """The part of pictures that remains when they are moved by (y, x) blocks against others moved the other way."""
    return pictures[..., max(y, 0) : GRID + min(y, 0), max(x, 0) : GRID + min(x, 0)]
