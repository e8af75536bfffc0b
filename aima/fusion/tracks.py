"""Tracks: the same face over adjacent sampled frames of one shot."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from aima.domain.track import Box, Track, track_id
from aima.fusion import thresholds as limits
from aima.fusion.emotions import mean_expression
from aima.fusion.following import follow
from aima.fusion.observed import Floats, Observed, known, read_observed
from aima.models.model import Calibration

Indices = npt.NDArray[np.int64]


def build_tracks(
    content_id: str, faces: pa.Table, cuts_us: Sequence[int], step_us: int, calibration: Calibration | None = None
) -> list[Track]:
    """Tracks of one content, sorted by (start_us, track_id).

    faces: one row per sampled frame, ascending pts_us, with the columns pts_us and faces and, where they were
        analysed, face_vectors, face_quality and face_expressions.
    cuts_us: times at which shots begin; a track never crosses one.
    step_us: distance of two sampled frames. A track ends one step after its last sample, or earlier:
        at the next sampled frame (the face is not in it) or at the next cut. It begins with its first sample; a
        picture that comes a moment after the sound stands from the start, as players show it.
    calibration: that of the face model; without it faces are followed by their place alone.
    """
    observed = read_observed(faces)
    cuts = np.array(sorted(cuts_us), np.int64)
    shots = np.searchsorted(cuts, observed.frames_us, side="right")
    paths = [np.array(path, np.int64) for path in follow(observed, shots, calibration)]
    kept = [path for path in paths if _believable(observed, path)]
    tracks = [_track(content_id, observed, path, _end(observed, path, cuts, step_us)) for path in kept]
    return sorted(tracks, key=lambda track: (track.start_us, track.track_id))


def _believable(observed: Observed, path: Indices) -> bool:
    """Two looks at a face, or a single sure one; a still picture has only one to give."""
    return observed.still or len(path) > 1 or float(observed.scores[path[0]]) >= limits.LONE_SCORE


def _end(observed: Observed, path: Indices, cuts: Indices, step_us: int) -> int:
    frame = int(observed.frame[path[-1]])
    last = int(observed.frames_us[frame])
    # Frames of variable rate may lie closer than a step; tracks must not overlap what comes next.
    later = [int(t) for t in observed.frames_us[frame + 1 : frame + 2]]
    later += [int(t) for t in cuts[np.searchsorted(cuts, last, side="right") :][:1]]
    return min([last + step_us, *later])


def _start(observed: Observed, path: Indices) -> int:
    frame = int(observed.frame[path[0]])
    first = int(observed.frames_us[frame])
    return 0 if frame == 0 and first <= limits.HELD_US else first


def _track(content_id: str, observed: Observed, path: Indices, end_us: int) -> Track:
    frames = observed.frame[path]
    start_us = _start(observed, path)
    pts_us = observed.frames_us[frames]
    boxes, quality = observed.boxes[path], observed.quality[path]
    left, top, width, height = (float(v) for v in boxes[0])
    first: Box = (left, top, width, height)
    chosen = _chosen(observed, path)
    return Track(
        track_id=track_id(content_id, start_us, end_us, first),
        content_id=content_id,
        start_us=start_us,
        end_us=end_us,
        pts_us=pts_us,
        boxes=boxes,
        ordinals=observed.ordinal[path],
        quality=quality,
        scores=observed.scores[path],
        vector=_mean_vector(observed, path),
        vectors=observed.vectors[path[chosen]],
        expression=mean_expression(observed.expressions[path], quality),
        still=observed.still,
        chosen=chosen,
    )


def _useful(observed: Observed, path: Indices) -> Indices:
    """Samples whose vectors speak for the track: the good ones, or all if none is good."""
    there = path[known(observed.vectors[path])]
    good = there[observed.quality[there] >= limits.USEFUL_QUALITY]
    return good if len(good) else there


def _mean_vector(observed: Observed, path: Indices) -> Floats | None:
    useful = _useful(observed, path)
    if not len(useful):
        return None
    weights = np.maximum(observed.quality[useful], 1e-3)
    mean = weights @ observed.vectors[useful]
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), np.float32)


def _chosen(observed: Observed, path: Indices) -> Indices:
    """Where in the path the best sample of each of up to five equal stretches of the useful ones is."""
    parts = np.array_split(_useful(observed, path), limits.VECTORS_PER_TRACK)
    best = [part[int(np.argmax(observed.quality[part]))] for part in parts if len(part)]
    return np.flatnonzero(np.isin(path, best))
