"""Turns: who speaks when, stitched from windows that overlap.

For every step of time the windows that cover it say how many speak (their weighted mean) and who of the speakers is
heard most; these are taken, so that overlapping speech is kept. A step in the middle of a window, where the network
knows what comes before and after, weighs more than one at its edge. The recipe is that of Bredin and Laurent,
"End-to-end speaker segmentation for overlap-aware resegmentation" (2021).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Final

import numpy as np

from aima.fusion import thresholds as limits
from aima.fusion.windows import Activity, Floats, Ints, Looks

NOBODY: Final = -1
"""Owner of a look that was given to no speaker."""

Span = tuple[int, int]


def stitch(looks: Looks, owners: Ints, end_us: int) -> list[list[Span]]:
    """Per speaker the spans [start_us, end_us) in which it speaks, ascending and disjoint, within the content.

    owners: int64 [n], speaker of each look, or `NOBODY`.
    """
    speaking = _speaking(looks, owners, math.ceil(end_us / looks.step_us))
    return [list(_spans(active, looks.step_us, end_us)) for active in speaking]


def _speaking(looks: Looks, owners: Ints, total: int) -> Activity:
    """bool [speakers, total], who speaks at each step."""
    voiced, at_once = _heard(looks, owners, total)
    speaking = np.zeros(voiced.shape, bool)
    steps = np.arange(total)
    for rank in range(1, min(len(voiced), int(at_once.max(initial=0))) + 1):
        most = voiced.argmax(axis=0)
        speaking[most, steps] |= (at_once >= rank) & (voiced[most, steps] > 0)
        voiced[most, steps] = 0
    return speaking


def _heard(looks: Looks, owners: Ints, total: int) -> tuple[Floats, Ints]:
    """float32 [speakers, total], how much each speaker is heard, and int64 [total], how many speak at once."""
    first = np.rint(looks.starts_us / looks.step_us).astype(np.int64)
    covered, together = np.zeros(total, np.float32), np.zeros(total, np.float32)
    voiced = np.zeros((int(owners.max(initial=NOBODY)) + 1, total), np.float32)
    for start, steps in zip(first, looks.steps, strict=True):
        covered[start : start + steps] += _taper(steps, total - start)
    for window, activity, owner in zip(looks.window, looks.activities, owners, strict=True):
        start = first[window]
        weighted = _taper(len(activity), total - start) * activity[: max(total - start, 0)]
        together[start : start + len(activity)] += weighted
        if owner != NOBODY:
            voiced[owner, start : start + len(activity)] += weighted
    return voiced, np.rint(together / np.maximum(covered, 1e-6)).astype(np.int64)


def _taper(steps: int, most: int) -> Floats:
    """float32 [min(steps, most)], how much each step of a window weighs."""
    weights = limits.EDGE_WEIGHT + (1 - limits.EDGE_WEIGHT) * np.bartlett(steps + 2)[1:-1]
    return np.asarray(weights[: max(most, 0)], np.float32)


def _spans(active: Activity, step_us: float, end_us: int) -> Iterator[Span]:
    """Stretches of active steps: short pauses are bridged, then what is too short is left out."""
    edges = np.flatnonzero(np.diff(active.astype(np.int8), prepend=0, append=0))
    times = [min(round(float(edge) * step_us), end_us) for edge in edges]
    pauses = [place for place in range(2, len(times), 2) if times[place] - times[place - 1] > limits.TURN_PAUSE_US]
    for place, following in itertools.pairwise([0, *pauses, len(times)]):
        if following and times[following - 1] - times[place] >= limits.TURN_LEAST_US:
            yield times[place], times[following - 1]
