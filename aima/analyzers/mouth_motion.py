"""How far mouths are open at the samples, and how much they move in between."""

from __future__ import annotations

import itertools
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import Field

from aima.analyzers.base import Analyzer, Options
from aima.analyzers.crops import Reals
from aima.analyzers.faces import Faces, faces_of
from aima.analyzers.lips import held_still, motion, opening
from aima.analyzers.network import answers, face_crops, spread
from aima.domain.batch import FrameBatch
from aima.domain.observation import MOUTH_COLUMNS
from aima.models.model import Model

Spans = list[npt.NDArray[np.int64]]


class MouthMotionOptions(Options):
    """Whose mouths are read."""

    min_size: float = Field(32, ge=8, description="pixels of the analysed frame; smaller mouths are not read")


class MouthMotion(Analyzer[MouthMotionOptions]):
    """Says how mouths move, so that speech can be given to a face.

    mouth_motion of a face: for each strip frame from its sample to the next the motion since the strip frame before.
    The very first strip frame of a batch has none before it: null.
    """

    name: ClassVar[str] = "mouth_motion"
    version: ClassVar[str] = "1"
    task: ClassVar[str | None] = "mouth_landmarks"
    reads: ClassVar[tuple[str, ...]] = ("frames", "faces", "strip")
    adds: ClassVar[pa.Schema] = MOUTH_COLUMNS
    options_type: ClassVar[type[Options]] = MouthMotionOptions

    def load(self, model: Model | None) -> None:
        """Take a model of 68 landmarks."""
        assert model is not None, "mouth_motion needs a model"
        self._model = model

    def analyze(self, batch: FrameBatch, options: MouthMotionOptions) -> pa.Table:
        """Opening and motion aligned with `faces`; null for faces that are too small or without landmarks."""
        faces = faces_of(batch)
        readable = (faces.sizes >= options.min_size) & faces.marked
        spans = _spans(batch)
        moved: list[list[float | None] | None] = [
            _motion(batch, faces, i, spans[faces.frame[i]]) if readable[i] else None for i in range(len(faces))
        ]
        columns: dict[str, list[Any]] = {
            "mouth_open": faces.per_frame(self._open(batch, faces, readable)),
            "mouth_motion": faces.per_frame(moved),
            "mouth_pts_us": [batch.strip.pts_us[span].tolist() for span in spans],
        }
        return self.table(batch.pts_us, columns)

    def _open(self, batch: FrameBatch, faces: Faces, readable: npt.NDArray[np.bool_]) -> list[float | None]:
        chosen = np.flatnonzero(readable)
        crops = face_crops(batch.frames, faces, chosen, self._model.contract)
        points = answers(self._model, crops, ["points"]).get("points", np.zeros((0, 136)))
        return spread(opening(points.reshape(-1, 68, 2).astype(np.float64)).tolist(), chosen, len(faces))


def _spans(batch: FrameBatch) -> Spans:
    """For each frame the indices of the strip frames from it up to the next one."""
    starts = np.searchsorted(batch.strip.pts_us, [*batch.pts_us, np.iinfo(np.int64).max])
    return [np.arange(first, last) for first, last in itertools.pairwise(starts)]


def _motion(batch: FrameBatch, faces: Faces, i: int, span: npt.NDArray[np.int64]) -> list[float | None]:
    """Motion of face `i` at each strip frame of its span."""
    strip = batch.strip
    # The last strip frame of the row before is needed to compare the first one of this row with.
    wanted = np.concatenate([[span[0] - 1], span]) if len(span) and span[0] > 0 else span
    path = _path(batch, faces, i, strip.pts_us[wanted])
    stills = [held_still(strip.frames[k], points) for k, points in zip(wanted, path, strict=True)]
    moved: list[float | None] = [motion(a, b) for a, b in itertools.pairwise(stills)]
    return moved if len(wanted) > len(span) else [None, *moved][: len(span)]


def _path(batch: FrameBatch, faces: Faces, i: int, pts_us: npt.NDArray[np.int64]) -> Reals:
    """Landmarks of face `i` in strip pixels at these times, on the way to where it is in the next frame."""
    height, width = batch.strip.frames.shape[1:]
    scale = np.array([width / batch.frames.shape[2], height / batch.frames.shape[1]])
    here, frame = faces.landmarks[i] * scale, faces.frame[i]
    there = _same_face(faces, i, frame + 1)
    if there is None:
        return np.repeat(here[None], len(pts_us), axis=0)
    start, end = batch.pts_us[frame], batch.pts_us[frame + 1]
    way = ((pts_us - start) / (end - start))[:, None, None]
    return np.asarray(here + way * (faces.landmarks[there] * scale - here))


def _same_face(faces: Faces, i: int, frame: int) -> int | None:
    """The face of `frame` that covers face `i` best, if it covers a third of both."""
    others = np.flatnonzero((faces.frame == frame) & faces.marked)
    if not len(others):
        return None
    start, size = faces.boxes[i, :2], faces.boxes[i, 2:]
    starts, sizes = faces.boxes[others, :2], faces.boxes[others, 2:]
    common = np.clip(np.minimum(start + size, starts + sizes) - np.maximum(start, starts), 0, None).prod(axis=1)
    overlap = common / (size.prod() + sizes.prod(axis=1) - common)
    best = int(np.argmax(overlap))
    return int(others[best]) if overlap[best] >= 1 / 3 else None
