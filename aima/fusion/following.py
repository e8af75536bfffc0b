"""Follows faces from sampled frame to sampled frame inside one shot.

Assignment by the Hungarian method (Kuhn 1955; scipy) on overlap with the box that constant velocity predicts
plus likeness of face vectors, in log-odds, so that every face model is used alike. A face is compared with the last
look of a path and with the mean of its good looks, whichever is more alike: the first bears a head that turns, the
second a look that was spoilt. Gates decide what may be assigned at all; see `thresholds`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from aima.fusion import thresholds as limits
from aima.fusion.linkage import seeming, shortfalls
from aima.fusion.observed import Floats, Observed, known
from aima.models.model import Calibration

Mask = npt.NDArray[np.bool_]

LEAST_WORTH = 1e-6
"""Worth of what may just be. What may not be is worth nothing, so that no clear continuation is given up for a far one
only because more faces would then be given to paths."""


@dataclass(slots=True)
class _Path:
    """A track in the making: face indices, and what is known of its motion and look.

    last: the last vector, NaN where there is none yet; last_shortfall: that of its quality.
    good: sum of the vectors of useful quality.
    """

    faces: list[int]
    seen_us: int
    frame: int
    box: Floats
    last: Floats
    good: Floats
    last_shortfall: float = 0.0
    velocity: Floats = field(default_factory=lambda: np.zeros(2, np.float32))

    def predicted(self, now_us: int) -> Floats:
        """The last box moved on with constant velocity (pixels per microsecond)."""
        box: Floats = self.box.copy()
        box[:2] += self.velocity * (now_us - self.seen_us)
        return box


def follow(observed: Observed, shots: npt.NDArray[np.int64], calibration: Calibration | None) -> list[list[int]]:
    """Paths of face indices, each within one shot, one face of a frame in exactly one path.

    shots: int64 [n], number of the shot of every sampled frame. calibration: that of the face model; without it
    faces are followed by their place alone.
    """
    looks = _Looks(observed, calibration)
    done: list[_Path] = []
    live: list[_Path] = []
    starts = np.searchsorted(observed.frame, np.arange(len(observed.frames_us) + 1))
    for frame, now_us in enumerate(observed.frames_us):
        faces = np.arange(starts[frame], starts[frame + 1])
        if frame and shots[frame] != shots[frame - 1]:
            done, live = done + live, []
        done += [path for path in live if now_us - path.seen_us > limits.BRIDGE_US]
        live = [path for path in live if now_us - path.seen_us <= limits.BRIDGE_US]
        live += _advance(looks, live, faces, frame)
    return [path.faces for path in done + live]


class _Looks:
    """What faces look like, and how alike that is to what was seen of a path."""

    def __init__(self, observed: Observed, calibration: Calibration | None) -> None:
        self.observed, self._calibration = observed, calibration
        self._known = known(observed.vectors)
        self._useful = self._known & (observed.quality >= limits.USEFUL_QUALITY)
        self._shortfalls = shortfalls(observed.quality)

    def begin(self, face: int, frame: int) -> _Path:
        """A path of one face."""
        nothing = np.zeros(self.observed.vectors.shape[1], np.float32)
        path = _Path(
            [], int(self.observed.frames_us[frame]), frame, self.observed.boxes[face], nothing * np.nan, nothing
        )
        self.add(path, face)
        return path

    def add(self, path: _Path, face: int) -> None:
        """One more face of a path."""
        path.faces.append(face)
        if self._known[face]:
            path.last, path.last_shortfall = self.observed.vectors[face], float(self._shortfalls[face])
        if self._useful[face]:
            path.good = path.good + self.observed.vectors[face]

    def compare(
        self, live: list[_Path], faces: npt.NDArray[np.int64], bridged: Mask
    ) -> tuple[npt.NDArray[np.float64], Mask]:
        """Log-odds [paths, faces] that both are one person, NaN where unknown; and where two good looks differ.

        bridged: bool [paths, 1], paths that were not seen in the frame before: only there are poor looks distrusted,
        since whoever looks alike and is near a moment later is hardly somebody else.
        """
        if self._calibration is None or not self.observed.vectors.shape[1]:
            unknown = np.full((len(live), len(faces)), np.nan)
            return unknown, np.zeros(unknown.shape, bool)
        vectors = self.observed.vectors[faces].T
        good = np.stack([path.good for path in live])
        lengths = np.linalg.norm(good, axis=1, keepdims=True)
        seen_well = lengths > 0
        means = np.divide(good, lengths, out=np.full_like(good, np.nan), where=seen_well)
        before = self._calibration.log_odds(np.stack([path.last for path in live]) @ vectors)
        short = np.array([path.last_shortfall for path in live])[:, None]
        before -= bridged * seeming(short, self._shortfalls[faces])
        odds = np.fmax(before, self._calibration.log_odds(means @ vectors))
        return np.asarray(odds, np.float64), np.asarray(seen_well & self._useful[faces] & (odds < limits.ALIKE))


def _advance(looks: _Looks, live: list[_Path], faces: npt.NDArray[np.int64], frame: int) -> list[_Path]:
    """Give the frame's faces to live paths; the faces left over begin new ones, which are returned."""
    taken = set()
    if live and len(faces):
        worth = _worth(looks, live, faces, frame)
        for row, column in zip(*linear_sum_assignment(worth, maximize=True), strict=True):
            if worth[row, column] > 0:
                _extend(live[row], looks, int(faces[column]), frame)
                taken.add(int(faces[column]))
    return [looks.begin(int(face), frame) for face in faces if int(face) not in taken]


def _extend(path: _Path, looks: _Looks, face: int, frame: int) -> None:
    now_us, box = int(looks.observed.frames_us[frame]), looks.observed.boxes[face]
    path.velocity = (_centre(box) - _centre(path.box)) / np.float32(now_us - path.seen_us)
    path.seen_us, path.frame, path.box = now_us, frame, box
    looks.add(path, face)


def _worth(looks: _Looks, live: list[_Path], faces: npt.NDArray[np.int64], frame: int) -> npt.NDArray[np.float64]:
    """How well each face would go on each path, [paths, faces]; 0 where it may not."""
    boxes = looks.observed.boxes[faces]
    expected = np.stack([path.predicted(int(looks.observed.frames_us[frame])) for path in live])
    # A face that stops or turns is where it was rather than where it was going.
    place = np.maximum(overlap(expected, boxes), overlap(np.stack([path.box for path in live]), boxes))
    bridged = np.array([path.frame < frame - 1 for path in live])[:, None]
    odds, differs = looks.compare(live, faces, bridged)
    # A comparison with NaN (no vector) is false.
    follows = (place >= limits.PLACE) & (~bridged | (odds >= limits.ALIKE))
    follows |= place >= limits.PLACE_ALONE
    follows |= (_distance(expected, boxes) <= limits.REACH) & (odds >= limits.MOVED)
    worth = np.maximum(place + np.nan_to_num(odds) / limits.LOOK_WORTH, LEAST_WORTH)
    return np.where(follows & ~differs, worth, 0.0)


def overlap(a: Floats, b: Floats) -> npt.NDArray[np.float64]:
    """Intersection over union of boxes [k, 4] and [l, 4] (left, top, width, height) as [k, l]."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum((a[:, :2] + a[:, 2:])[:, None], (b[:, :2] + b[:, 2:])[None])
    shared = np.clip(high - low, 0, None).prod(axis=2).astype(np.float64)
    union = a[:, 2:].prod(axis=1)[:, None] + b[:, 2:].prod(axis=1)[None] - shared
    return np.asarray(shared / np.maximum(union, 1e-9), np.float64)


def _centre(box: Floats) -> Floats:
    return np.asarray(box[:2] + box[2:] / 2, np.float32)


def _distance(a: Floats, b: Floats) -> npt.NDArray[np.float64]:
    """Distance of centres in widths of the wider face, [k, l]."""
    between = (a[:, :2] + a[:, 2:] / 2)[:, None] - (b[:, :2] + b[:, 2:] / 2)[None]
    wide = np.maximum(a[:, 2][:, None], b[:, 2][None])
    return np.asarray(np.linalg.norm(between, axis=2) / np.maximum(wide, 1e-9), np.float64)
