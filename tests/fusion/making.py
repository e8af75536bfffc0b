"""Synthetic observations and tracks: a person is a direction in space, a look is that direction with noise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from aima.domain.observation import EXPRESSION_COLUMNS, FACE_COLUMNS, FACE_VECTOR_COLUMNS
from aima.domain.track import Track, track_id
from aima.models.model import Calibration

STEP_US = 200_000
DIMENSION = 64
CALIBRATION = Calibration(slope=24.0, intercept=-9.0)
"""Like the catalogue's: log-odds 0 at a cosine of 0.375."""


def person(number: int) -> np.ndarray:
    """Direction of a person; persons of different numbers are orthogonal."""
    return np.eye(DIMENSION, dtype=np.float32)[number]


def look(number: int, seed: int, noise: float = 0.5) -> np.ndarray:
    """One look at a person: cosine to another look is about 1 / (1 + noise^2)."""
    random = np.random.default_rng([number, seed])
    vector = person(number) + noise * random.normal(size=DIMENSION) / np.sqrt(DIMENSION)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


@dataclass(frozen=True)
class Face:
    """A face in a frame; `vector` None: none was computed; `expression` None likewise."""

    left: float
    top: float = 100.0
    size: float = 100.0
    score: float = 0.9
    quality: float = 0.8
    vector: np.ndarray | None = field(default=None)
    expression: Sequence[float] | None = None


def table(frames: Mapping[int, Iterable[Face]], expressions: bool = False) -> pa.Table:
    """Observations of frames {pts_us: faces} in the layout that the analyzers write."""
    rows = {pts: list(faces) for pts, faces in sorted(frames.items())}
    columns: dict[str, list] = {
        "faces": [[_struct(face) for face in faces] for faces in rows.values()],
        "face_vectors": [[_list(face.vector) for face in faces] for faces in rows.values()],
        "face_quality": [[face.quality for face in faces] for faces in rows.values()],
    }
    types = [*FACE_COLUMNS, *list(FACE_VECTOR_COLUMNS)[:2]]
    if expressions:
        columns["face_expressions"] = [[_list(face.expression) for face in faces] for faces in rows.values()]
        types += EXPRESSION_COLUMNS
    schema = pa.schema([("pts_us", pa.int64()), *types])
    return pa.table({"pts_us": list(rows), **columns}, schema=schema)


def track(
    content_id: str,
    start_us: int,
    samples: int,
    vector: np.ndarray | None,
    *,
    left: float = 100.0,
    quality: float = 0.8,
    score: float = 0.9,
    size: float = 100.0,
    still: bool = False,
) -> Track:
    """A track as `build_tracks` would give it."""
    pts = start_us + STEP_US * np.arange(samples)
    end = int(pts[-1]) + STEP_US
    box = (left, 100.0, size, size)
    return Track(
        track_id=track_id(content_id, start_us, end, box),
        content_id=content_id,
        start_us=start_us,
        end_us=end,
        pts_us=pts.astype(np.int64),
        boxes=np.tile(np.array(box, np.float32), (samples, 1)),
        ordinals=np.zeros(samples, np.int32),
        quality=np.full(samples, quality, np.float32),
        scores=np.full(samples, score, np.float32),
        vector=vector,
        vectors=np.zeros((0, DIMENSION), np.float32) if vector is None else vector[None],
        still=still,
    )


def _struct(face: Face) -> dict[str, object]:
    box = {"left": face.left, "top": face.top, "width": face.size, "height": face.size}
    return {**box, "score": face.score, "landmarks": None}


def _list(values: Iterable[float] | None) -> list[float] | None:
    return None if values is None else [float(value) for value in values]
