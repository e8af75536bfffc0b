"""Voices: which local speakers of the windows of one content are one speaker.

Looks that are long enough found speakers, by average linkage on calibrated log-odds; two of one window never join.
Then every look joins the speaker whose mean it is nearest to, those of a window different ones.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Final

import numpy as np

from aima.fusion import thresholds as limits
from aima.fusion.linkage import Groups, Points, agglomerate
from aima.fusion.turns import NOBODY
from aima.fusion.windows import Floats, Ints, Looks
from aima.models.model import Calibration

BLOCK: Final = 1000
"""Looks that are grouped at a time: what they come to is grouped again, so that hours are feasible."""
ANY: Final = -1e6
"""Log-odds that every pair reaches."""
ROUNDS: Final = 3
"""How often means are taken and looks join the nearest; little changes after."""


def tell_apart(looks: Looks, calibration: Calibration, speakers: int | None = None) -> Ints:
    """int64 [n], the speaker of each look, counted from 0 without holes; `NOBODY` for one without a vector.

    speakers: how many there are, if that is known; there may be fewer where too little is heard.
    """
    owners = np.full(len(looks), NOBODY, np.int64)
    known = np.flatnonzero(looks.known)
    if not len(known):
        return owners
    groups = _founded(looks, known, calibration, speakers)
    means = _means(looks, groups)
    for _ in range(ROUNDS):
        owners = _joined(looks, known, means)
        groups = [np.flatnonzero(owners == number).tolist() for number in range(len(means))]
        means = _means(looks, [group for group in groups if group])
    return _numbered(_with_the_rest(looks, _joined(looks, known, means)))


def _founded(looks: Looks, known: Ints, calibration: Calibration, speakers: int | None) -> Groups:
    """Groups of looks, one for each speaker."""
    founders = known[looks.seconds[known] >= limits.FOUNDER_SECONDS]
    if len(founders) < (speakers or 1):
        founders = known
    points = _points(looks, founders)
    groups = _grouped(points, calibration, limits.VOICE_JOIN if speakers is None else ANY, speakers or 1)
    groups = [[int(founders[place]) for place in group] for group in groups]
    heard = [_seconds(looks, group) for group in groups]
    if speakers is not None:
        largest = sorted(range(len(groups)), key=lambda number: -heard[number])[:speakers]
        return [groups[number] for number in sorted(largest)]
    return [group for group, own in zip(groups, heard, strict=True) if own >= limits.SPEAKER_SECONDS] or groups


def _points(looks: Looks, chosen: Ints) -> Points:
    """Looks as what is to be grouped."""
    place = {int(number): index for index, number in enumerate(chosen)}
    apart = _apart(looks)
    own = (frozenset(place[other] for other in apart[int(number)] if other in place) for number in chosen)
    return Points(looks.vectors[chosen], np.zeros(len(chosen), np.float32), looks.seconds[chosen], tuple(own))


def _apart(looks: Looks) -> list[set[int]]:
    """For each look those of its window that speak at the same time."""
    apart: list[set[int]] = [set() for _ in range(len(looks))]
    _, starts = np.unique(looks.window, return_index=True)
    for window in np.split(np.arange(len(looks)), starts[1:]):
        for one, other in itertools.combinations(window.tolist(), 2):
            if (looks.activities[one] & looks.activities[other]).any():
                apart[one].add(other)
                apart[other].add(one)
    return apart


def _grouped(points: Points, calibration: Calibration, least: float, fewest: int) -> Groups:
    """Groups of points: block by block, then those of all blocks."""
    blocks = [list(range(first, min(first + BLOCK, len(points)))) for first in range(0, len(points), BLOCK)]
    if len(blocks) == 1:
        return agglomerate(points, calibration, least, fewest)
    strict = [agglomerate(points.taken(block), calibration, limits.VOICE_JOIN) for block in blocks]
    groups = [[block[place] for place in group] for block, own in zip(blocks, strict, strict=True) for group in own]
    joined = agglomerate(points.gathered(groups), calibration, least, fewest)
    return [sorted(itertools.chain.from_iterable(groups[place] for place in group)) for group in joined]


def _means(looks: Looks, groups: Sequence[Sequence[int]]) -> Floats:
    """float32 [groups, d], unit vectors."""
    means = np.stack([looks.seconds[list(group)] @ looks.vectors[list(group)] for group in groups])
    return np.asarray(means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9), np.float32)


def _joined(looks: Looks, known: Ints, means: Floats) -> Ints:
    """The speaker of each look whose vector is known: the nearest, but not that of a nearer one which it speaks into.

    Where more speak at once than there are speakers, those left over join the nearest.
    """
    owners = np.full(len(looks), NOBODY, np.int64)
    alike = looks.vectors[known] @ means.T
    apart = _apart(looks)
    for place in np.argsort(-alike.max(axis=1), kind="stable"):
        look = int(known[place])
        taken = {int(owners[other]) for other in apart[look]} - {NOBODY}
        ranked = np.argsort(-alike[place], kind="stable")
        owners[look] = next((number for number in ranked if number not in taken), ranked[0])
    return owners


def _with_the_rest(looks: Looks, owners: Ints) -> Ints:
    """Looks without a vector given to who is heard nearest in time, but not to one whom they speak into.

    Otterson and Ostendorf, "Efficient use of overlap information in speaker diarization" (2007): who speaks into
    somebody mostly spoke before, or goes on.
    """
    apart = _apart(looks)
    filled = owners.copy()
    spans = _spans(looks)
    for look in np.flatnonzero(owners == NOBODY):
        near = owners != NOBODY
        near &= ~np.isin(owners, [filled[other] for other in apart[look]])
        gaps = np.maximum(spans[:, 0] - spans[look, 1], spans[look, 0] - spans[:, 1])
        near &= gaps <= limits.VOICE_REACH_US
        if near.any():
            filled[look] = owners[np.where(near, gaps, np.inf).argmin()]
    return filled


def _spans(looks: Looks) -> Ints:
    """int64 [n, 2], microseconds of the first and the last step in which each look speaks."""
    steps = [np.flatnonzero(activity)[[0, -1]] for activity in looks.activities]
    return np.rint(looks.starts_us[looks.window][:, None] + np.array(steps) * looks.step_us).astype(np.int64)


def _seconds(looks: Looks, group: Sequence[int]) -> float:
    """Seconds of lone speech of a group, where what overlapping windows share counts once, about."""
    apart = float(np.median(np.diff(looks.starts_us))) if len(looks.starts_us) > 1 else np.inf
    length = float(np.median(looks.ends_us - looks.starts_us))
    return float(looks.seconds[list(group)].sum()) * min(apart / length, 1.0)


def _numbered(owners: Ints) -> Ints:
    """The same owners, numbered without holes."""
    used = np.unique(owners[owners != NOBODY])
    return np.where(owners == NOBODY, NOBODY, np.searchsorted(used, owners))
