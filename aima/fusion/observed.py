"""Observed faces of one content as flat arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

BOX_FIELDS = ("left", "top", "width", "height")


@dataclass(frozen=True, slots=True)
class Observed:
    """All faces of a content, frame by frame: m faces in n sampled frames.

    frames_us: int64 [n], times of the sampled frames, ascending.
    frame: int64 [m], index of the frame of a face; ordinal: int32 [m], its index in that frame.
    boxes: float32 [m, 4] left, top, width, height; scores, quality: float32 [m].
    vectors: float32 [m, d], NaN where none was computed; expressions: float32 [m, 7 or 0], NaN likewise.
    """

    frames_us: npt.NDArray[np.int64]
    frame: npt.NDArray[np.int64]
    ordinal: npt.NDArray[np.int32]
    boxes: Floats
    scores: Floats
    quality: Floats
    vectors: Floats
    expressions: Floats

    @property
    def still(self) -> bool:
        """Whether the content is a still picture: only one frame of it was sampled."""
        return len(self.frames_us) == 1


def known(rows: Floats) -> npt.NDArray[np.bool_]:
    """bool [m], which rows of [m, width] hold values; none if width is 0."""
    if not rows.shape[1]:
        return np.zeros(len(rows), bool)
    return np.asarray(~np.isnan(rows).any(axis=1), bool)


def read_observed(table: pa.Table) -> Observed:
    """Flatten a table with pts_us, faces and, where there, face_vectors, face_quality, face_expressions.

    Without face_quality the detector's score stands for it. A frame whose faces are null counts as one
    without faces; a frame of which a later analyzer could say nothing has no vectors, and quality 0.
    """
    faces = _Lists.of(table, "faces")
    counts, boxes = faces.counts, [_floats(pc.struct_field(faces.inner, name)) for name in BOX_FIELDS]
    scores = _floats(pc.struct_field(faces.inner, "score"))
    total, first = len(scores), np.cumsum(counts) - counts
    return Observed(
        frames_us=np.asarray(table.column("pts_us"), np.int64),
        frame=np.repeat(np.arange(len(counts)), counts),
        ordinal=(np.arange(total) - np.repeat(first, counts)).astype(np.int32),
        boxes=np.stack(boxes, axis=1),
        scores=scores,
        quality=_quality(table, counts, scores),
        vectors=_rows(table, "face_vectors", counts),
        expressions=_rows(table, "face_expressions", counts),
    )


@dataclass(frozen=True, slots=True)
class _Lists:
    """A list column: how many values each frame has, and all values one after the other."""

    counts: Counts
    inner: pa.Array

    @classmethod
    def of(cls, table: pa.Table, name: str) -> _Lists:
        column = table.column(name)
        counts = np.asarray(pc.fill_null(pc.list_value_length(column), 0), np.int64)
        return cls(counts, pa.concat_arrays(pc.list_flatten(column).chunks or [pa.array([], column.type.value_type)]))

    def aligned(self, counts: Counts) -> tuple[npt.NDArray[np.bool_], pa.Array]:
        """Which faces have a value here, and the values; a frame of another length than `faces` has none."""
        same = self.counts == counts
        return np.repeat(same, counts), self.inner.filter(pa.array(np.repeat(same, self.counts)))


def _floats(values: pa.Array) -> Floats:
    return np.asarray(pa.concat_arrays([values]).to_numpy(zero_copy_only=False), np.float32)


def _quality(table: pa.Table, counts: Counts, scores: Floats) -> Floats:
    if "face_quality" not in table.column_names:
        return scores
    there, values = _Lists.of(table, "face_quality").aligned(counts)
    quality = np.zeros(len(scores), np.float32)
    quality[there] = np.nan_to_num(_floats(values))
    return quality


def _rows(table: pa.Table, name: str, counts: Counts) -> Floats:
    """A list<list<float>> column as [m, width], NaN where there is none; [m, 0] without the column."""
    total = int(counts.sum())
    if name not in table.column_names:
        return np.zeros((total, 0), np.float32)
    there, inner = _Lists.of(table, name).aligned(counts)
    filled = np.asarray(inner.is_valid())
    # The outer list may be there and the inner one null: a face of which no vector was made.
    there[there] = filled
    values = _floats(inner.flatten())
    rows = np.full((total, len(values) // max(int(filled.sum()), 1)), np.nan, np.float32)
    rows[there] = values.reshape(-1, rows.shape[1]) if rows.shape[1] else 0
    return rows
