"""Which sampled frames are worth the cost of a large network: one per interval."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from aima.domain.batch import FrameBatch

SPARSE = 1.5
"""Sampled frames that lie further apart than this many steps come from a medium with fewer frames than samples."""


def key_frames(batch: FrameBatch, interval_us: int) -> npt.NDArray[np.bool_]:
    """The frames of a batch to look at, bool [n]: those in the first of the sampling slots of each interval.

    Whether a frame is chosen follows from its time alone, so it does not matter how a segment is cut into batches. Only
    where a medium has fewer frames than are sampled can the first slot of an interval be empty: there the first frame
    of an interval is taken, and the first one of a batch, too, as nothing is known of what lies before it.

    interval_us: rounded to whole steps, one step at least.
    """
    if not len(batch.pts_us):
        return np.zeros(0, bool)
    every = max(1, round(interval_us / batch.step_us))
    slots = batch.pts_us // batch.step_us
    gaps = np.diff(batch.pts_us) > SPARSE * batch.step_us
    # Before the first frame lies what lies behind it, as far as can be told; a single one tells nothing.
    sparse = np.concatenate([gaps[:1], gaps]) if len(gaps) else np.zeros(1, bool)
    first = np.concatenate([[True], np.diff(slots // every) > 0])
    return np.asarray((slots % every == 0) | (sparse & first), bool)
