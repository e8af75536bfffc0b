"""Faces with five landmarks by CenterFace.

Xu et al., "CenterFace: Joint Face Detection and Alignment Using Face as Point" (2019): a heat map of face centres at
a quarter of the input's resolution, with size, sub-cell offset and landmarks of the face at each centre.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import Field

from aima.analyzers.base import Analyzer, Options
from aima.analyzers.centerface import Floats, Found, decode, prepare, suppress
from aima.analyzers.crops import Pixels
from aima.analyzers.upright import SIDE, back, tilt, upright
from aima.domain.batch import FrameBatch
from aima.domain.observation import FACE_COLUMNS
from aima.models.model import Model

FILLING = 1 / 3
"""Least share of the shorter side of a picture that a face takes which was only seen coarsely."""


class FaceDetectorOptions(Options):
    """How finely faces are looked for."""

    long_side: int = Field(640, ge=64, le=4096, description="pixels of the longer side at which faces are looked for")
    small_side: int = Field(192, ge=0, le=4096, description="smaller pictures are enlarged to this longer side")
    close_side: int = Field(
        160, ge=0, le=4096, description="where no face is found, one that fills the picture is looked for so coarsely"
    )
    tilted: float = Field(25, ge=0, le=180, description="degrees from which a face is looked at again upright")
    min_score: float = Field(0.5, ge=0, le=1, description="lower finds more faces and more that are none")
    min_size: float = Field(12, ge=0, description="smallest face in source pixels (geometric mean of its sides)")
    overlap: float = Field(0.3, ge=0, le=1, description="boxes that overlap more (IoU) are one face")


class FaceDetector(Analyzer[FaceDetectorOptions]):
    """Finds faces; boxes and landmarks in displayed source pixels, sorted by (top, left)."""

    name: ClassVar[str] = "face_detector"
    version: ClassVar[str] = "4"
    task: ClassVar[str | None] = "face_detection"
    reads: ClassVar[tuple[str, ...]] = ("frames",)
    adds: ClassVar[pa.Schema] = FACE_COLUMNS
    options_type: ClassVar[type[Options]] = FaceDetectorOptions

    def load(self, model: Model | None) -> None:
        """Take CenterFace."""
        assert model is not None, "face_detector needs a model"
        self._model = model

    def analyze(self, batch: FrameBatch, options: FaceDetectorOptions) -> pa.Table:
        """One list of faces per frame, all frames of the batch in one call of the network."""
        if not len(batch.frames):
            return self.table(batch.pts_us, {"faces": []})
        side = min(max(*batch.frames.shape[1:3], options.small_side), options.long_side)
        found = self._look(batch, side, options)
        empty = np.setdiff1d(np.arange(len(batch.frames)), found.frame)
        if len(empty) and 0 < options.close_side < side:
            closer = self._look(replace(batch, frames=batch.frames[empty]), options.close_side, options)
            filling = np.flatnonzero(closer.sizes >= FILLING * min(batch.source_size))
            found = found.joined(closer.take(filling).of_frames(empty))
        found = self._turned(batch, found, options)
        return self.table(batch.pts_us, {"faces": found.per_frame(len(batch.frames))})

    def _turned(self, batch: FrameBatch, found: Found, options: FaceDetectorOptions) -> Found:
        """The same faces, the landmarks of tilted ones placed anew on the face turned upright."""
        points = found.points.copy()
        degrees, scale = tilt(found.points), np.array(batch.scale, np.float32)
        for face in np.flatnonzero(np.abs(degrees) > options.tilted):
            corners = found.corners[face] / np.tile(scale, 2)
            picture, way = upright(batch.frames[found.frame[face]], corners, float(degrees[face]))
            again = self._decode(picture[None], SIDE, options)[0]
            away = np.abs(again.points.mean(axis=1) - SIDE / 2).max(axis=1)
            # Farther from the middle it is another face.
            if away.min(initial=SIDE) < SIDE / 4:
                points[face] = back(again.points[np.argmin(away)], way) * scale
        return replace(found, points=points)

    def _look(self, batch: FrameBatch, long_side: int, options: FaceDetectorOptions) -> Found:
        """Faces in source pixels, looked for where the longer side has that many pixels."""
        found, zoom = self._decode(batch.frames, long_side, options)
        found = found.scaled(np.array(batch.scale, np.float32) / zoom).clipped(batch.source_size)
        return found.take(np.flatnonzero(found.sizes >= max(options.min_size, 1.0)))

    def _decode(self, frames: Pixels, long_side: int, options: FaceDetectorOptions) -> tuple[Found, float]:
        """Faces in pixels of the network's input, and the factor by which frames were scaled to it."""
        pixels, zoom = prepare(frames, long_side)
        heat, size, offset, points = self._run(pixels)
        found = decode(heat, size, offset, points, options.min_score)
        return found.take(suppress(found, options.overlap)), zoom

    def _run(self, pixels: Floats) -> list[npt.NDArray[Any]]:
        contract = self._model.contract
        outputs = self._model.runtime.run({contract["input"]: pixels})
        return [outputs[contract[part]] for part in ("heatmap", "scale", "offset", "landmarks")]
