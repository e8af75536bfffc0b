"""Follows faces from sampled frame to sampled frame inside one shot.

Assignment by the Hungarian method (Kuhn 1955; scipy) on overlap with the box that constant velocity predicts
plus similarity of face vectors. Gates decide what may be assigned at all; see `thresholds`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from aima.fusion import thresholds as limits
from aima.fusion.observed import Floats, Observed

FORBIDDEN = 1e6
"""Cost of what may not be; so high that as many faces as possible are given to a path."""


@dataclass(slots=True)
class _Path:
    """A track in the making: face indices, and what is known of its motion and look."""

    faces: list[int]
    seen_us: int
    frame: int
    box: Floats
    velocity: Floats = field(default_factory=lambda: np.zeros(2, np.float32))
    look: Floats | None = None

    def predicted(self, now_us: int) -> Floats:
        """The last box moved on with constant velocity (pixels per microsecond)."""
        box: Floats = self.box.copy()
        box[:2] += self.velocity * (now_us - self.seen_us)
        return box


def follow(observed: Observed, shots: npt.NDArray[np.int64]) -> list[list[int]]:
    """Paths of face indices, each within one shot, one face of a frame in exactly one path.

    shots: int64 [n], number of the shot of every sampled frame.
    """
    done: list[_Path] = []
    live: list[_Path] = []
    starts = np.searchsorted(observed.frame, np.arange(len(observed.frames_us) + 1))
    for frame, now_us in enumerate(observed.frames_us):
        faces = np.arange(starts[frame], starts[frame + 1])
        if frame and shots[frame] != shots[frame - 1]:
            done, live = done + live, []
        done += [path for path in live if now_us - path.seen_us > limits.BRIDGE_US]
        live = [path for path in live if now_us - path.seen_us <= limits.BRIDGE_US]
        live += _advance(observed, live, faces, frame)
    return [path.faces for path in done + live]


def _advance(observed: Observed, live: list[_Path], faces: npt.NDArray[np.int64], frame: int) -> list[_Path]:
    """Give the frame's faces to live paths; the faces left over begin new ones, which are returned."""
    taken = set()
    if live and len(faces):
        cost = _costs(observed, live, faces, frame)
        for row, column in zip(*linear_sum_assignment(cost), strict=True):
            if cost[row, column] < FORBIDDEN:
                _extend(live[row], observed, int(faces[column]), frame)
                taken.add(int(faces[column]))
    return [_begin(observed, int(face), frame) for face in faces if int(face) not in taken]


def _begin(observed: Observed, face: int, frame: int) -> _Path:
    look = None if np.isnan(observed.vectors[face]).any() else observed.vectors[face]
    return _Path([face], int(observed.frames_us[frame]), frame, observed.boxes[face], look=look)


def _extend(path: _Path, observed: Observed, face: int, frame: int) -> None:
    now_us, box = int(observed.frames_us[frame]), observed.boxes[face]
    elapsed = now_us - path.seen_us
    path.velocity = (_centre(box) - _centre(path.box)) / np.float32(elapsed)
    path.faces.append(face)
    path.seen_us, path.frame, path.box = now_us, frame, box
    if not np.isnan(observed.vectors[face]).any():
        path.look = observed.vectors[face]


def _costs(observed: Observed, live: list[_Path], faces: npt.NDArray[np.int64], frame: int) -> npt.NDArray[np.float64]:
    now_us = int(observed.frames_us[frame])
    expected = np.stack([path.predicted(now_us) for path in live])
    # A face that stops or turns is where it was rather than where it was going.
    before = np.stack([path.box for path in live])
    place = np.maximum(overlap(expected, observed.boxes[faces]), overlap(before, observed.boxes[faces]))
    look = _looks(observed, live, faces)
    # A comparison with NaN (no vector) is false.
    bridged = np.array([path.frame < frame - 1 for path in live])[:, None]
    agrees = (place >= limits.PLACE_BRIDGED) & (look >= limits.LOOK_BRIDGED)
    agrees |= (place >= limits.PLACE_ALONE) & np.isnan(look)
    near = _distance(expected, observed.boxes[faces]) <= limits.REACH
    follows = np.where(bridged, agrees, place >= limits.PLACE_NEXT)
    follows |= near & (look >= limits.LOOK_MOVED)
    follows &= ~(look < limits.LOOK_CONTRADICTS) | ~_both_good(observed, live, faces)
    return np.where(follows, -(place + np.nan_to_num(look)), FORBIDDEN)


def _looks(observed: Observed, live: list[_Path], faces: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Cosine of each path's last vector with each face's; NaN where one is missing."""
    missing = np.full(observed.vectors.shape[1], np.nan, np.float32)
    if not len(missing):
        return np.full((len(live), len(faces)), np.nan)
    mine = np.stack([missing if path.look is None else path.look for path in live])
    return (mine @ observed.vectors[faces].T).astype(np.float64)


def _both_good(observed: Observed, live: list[_Path], faces: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    before, now = observed.quality[[path.faces[-1] for path in live]], observed.quality[faces]
    return np.minimum(before[:, None], now[None, :]) >= limits.USEFUL_QUALITY


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
