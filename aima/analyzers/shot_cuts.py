"""Hard cuts in the grey strip of a segment; no model."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import Field

from aima.analyzers.base import Analyzer, Options
from aima.domain.batch import FrameBatch
from aima.domain.cuts import CUT_AT, REACH, blocks, distance, scores, second_largest, signature
from aima.domain.media import Strip
from aima.domain.observation import CUT_COLUMNS

Floats = npt.NDArray[np.float32]

FLASH_US = 160_000
"""A picture that is back after this long was interrupted by a flash, not by a shot."""

SAME_AGAIN = 0.4
"""A picture is back if it differs from before by less than this share of the difference at the boundary, ..."""

MOVED_ON = 4
"""... and by less than this many of the differences around, as the camera moves on meanwhile, ..."""

STILL = 0.03
"""... plus this, for light that has not settled."""

AT_ONCE = 256
"""Frames reduced to blocks at a time: bounds memory."""


class ShotCutsOptions(Options):
    """How sure a cut must be."""

    min_score: float = Field(CUT_AT, ge=0, le=1, description="lower finds more cuts and more that are none")


class ShotCuts(Analyzer[ShotCutsOptions]):
    """Finds where a shot begins.

    Rows: the first and the last frame of the strip with their signatures, and the first frame of each new shot. Near
    the border of a segment (one frame) a new shot cannot be told from a flash: there `cut` is false and `cut_score`
    says what it would have been.
    """

    name: ClassVar[str] = "shot_cuts"
    version: ClassVar[str] = "1"
    task: ClassVar[str | None] = None
    reads: ClassVar[tuple[str, ...]] = ("strip",)
    adds: ClassVar[pa.Schema] = CUT_COLUMNS
    options_type: ClassVar[type[Options]] = ShotCutsOptions
    scope = "segment"

    def analyze(self, batch: FrameBatch, options: ShotCutsOptions) -> pa.Table:
        """Rows sorted by time; none for an empty strip."""
        strip = batch.strip
        if not len(strip.frames):
            return self.table(strip.pts_us, {name: [] for name in self.adds.names})
        pictures = _pictures(strip)
        differences = distance(pictures[:-1], pictures[1:])
        around = _around(differences)
        rated = np.concatenate([[0.0], scores(differences, around)])
        bounds = np.minimum(SAME_AGAIN * differences, MOVED_ON * around + STILL)
        # One frame at either end may be a flash; the row of the edge keeps its score.
        candidates = [int(i) for i in np.flatnonzero(rated >= options.min_score) if 2 <= i <= len(pictures) - 2]
        shots = [i for i in candidates if not _is_flash(pictures, strip.pts_us, i, bounds[i - 1])]
        cuts = _apart(shots, rated, strip.pts_us)
        rows = sorted({0, len(pictures) - 1, *cuts})
        edges = {len(pictures) - 1: signature(pictures[-1], differences[-REACH:-1])}
        edges[0] = signature(pictures[0], differences[1:REACH])
        columns: dict[str, list[Any]] = {
            "cut": [row in cuts for row in rows],
            "cut_score": [float(rated[row]) for row in rows],
            "signature": [edges[row].tolist() if row in edges else None for row in rows],
        }
        return self.table(strip.pts_us[rows], columns)


def _apart(shots: list[int], rated: Floats, pts_us: npt.NDArray[np.int64]) -> set[int]:
    """The best of boundaries that lie closer together than a flash lasts: a cut may take two or three frames."""
    kept: set[int] = set()
    for i in sorted(shots, key=lambda i: (-rated[i], i)):
        if all(abs(pts_us[i] - pts_us[j]) > FLASH_US for j in kept):
            kept.add(i)
    return kept


def _is_flash(pictures: Floats, pts_us: npt.NDArray[np.int64], i: int, bound: float) -> bool:
    """Whether the picture before frame `i` comes back soon, or that of frame `i` was there just before."""
    later = pictures[i + 1 : np.searchsorted(pts_us, pts_us[i] + FLASH_US, "right")]
    earlier = pictures[np.searchsorted(pts_us, pts_us[i - 1] - FLASH_US) : i - 1]
    back, been = distance(later, pictures[i - 1]), distance(earlier, pictures[i])
    return bool((back < bound).any() or (been < bound).any())


def _around(differences: Floats) -> Floats:
    """For each boundary the second largest difference within REACH, without itself and its direct neighbours."""
    near = [
        np.concatenate([differences[max(i - REACH, 0) : max(i - 1, 0)], differences[i + 2 : i + REACH + 1]])
        for i in range(len(differences))
    ]
    return np.array([second_largest(values) for values in near], np.float32)


def _pictures(strip: Strip) -> Floats:
    starts = range(0, len(strip.frames), AT_ONCE)
    return np.concatenate([blocks(strip.frames[start : start + AT_ONCE]) for start in starts])
