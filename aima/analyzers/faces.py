"""Faces of a batch as flat arrays, and back to one list per frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from aima.domain.batch import FrameBatch

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Faces:
    """All faces of a batch, in the order of the column `faces`, in analysis pixels.

    counts: faces per frame; None where `faces` is null (the frame could not be read).
    frame: int64 [m], index of the frame. boxes: float64 [m, 4] left, top, width, height.
    scores: float64 [m]. landmarks: float64 [m, 5, 2], NaN where the detector gave none.
    """

    counts: tuple[int | None, ...]
    frame: npt.NDArray[np.int64]
    boxes: npt.NDArray[np.float64]
    scores: npt.NDArray[np.float64]
    landmarks: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def sizes(self) -> npt.NDArray[np.float64]:
        """Geometric mean of width and height in analysis pixels, [m]."""
        return np.asarray(np.sqrt(np.clip(self.boxes[:, 2:], 0, None).prod(axis=1)))

    @property
    def marked(self) -> npt.NDArray[np.bool_]:
        """Faces whose landmarks are known and apart from each other, [m]."""
        with np.errstate(invalid="ignore"):
            return np.asarray(np.ptp(self.landmarks, axis=1).max(axis=1, initial=0) > 1)

    def per_frame(self, values: list[T]) -> list[list[T] | None]:
        """One list per frame from one value per face; None where `faces` is null."""
        rest = iter(values)
        return [None if n is None else [next(rest) for _ in range(n)] for n in self.counts]


def faces_of(batch: FrameBatch) -> Faces:
    """The column `faces` of a batch as arrays, scaled to the pixels of its frames."""
    rows: list[list[dict[str, object]] | None] = batch.columns.column("faces").to_pylist()
    flat = pa.array([face for row in rows if row for face in row], batch.columns.schema.field("faces").type.value_type)
    scale = np.array(batch.scale)
    boxes = np.stack([_numbers(flat, name) for name in ("left", "top", "width", "height")], axis=1)
    return Faces(
        counts=tuple(None if row is None else len(row) for row in rows),
        frame=np.repeat(np.arange(len(rows)), [len(row or ()) for row in rows]),
        boxes=boxes / np.tile(scale, 2),
        scores=_numbers(flat, "score"),
        landmarks=_landmarks(flat) / scale,
    )


def _numbers(faces: pa.Array, name: str) -> npt.NDArray[np.float64]:
    return np.array(faces.field(name).to_pylist(), np.float64).reshape(len(faces))


def _landmarks(faces: pa.Array) -> npt.NDArray[np.float64]:
    found = np.full((len(faces), 10), np.nan)
    for i, points in enumerate(faces.field("landmarks").to_pylist()):
        if points is not None and len(points) == 10:
            found[i] = points
    return found.reshape(len(faces), 5, 2)
