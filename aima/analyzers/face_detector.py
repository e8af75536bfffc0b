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
    min_score: float = Field(0.5, ge=0, le=1, description="lower finds more faces and more that are none")
    min_size: float = Field(12, ge=0, description="smallest face in source pixels (geometric mean of its sides)")
    overlap: float = Field(0.3, ge=0, le=1, description="boxes that overlap more (IoU) are one face")


class FaceDetector(Analyzer[FaceDetectorOptions]):
    """Finds faces; boxes and landmarks in displayed source pixels, sorted by (top, left)."""

    name: ClassVar[str] = "face_detector"
    version: ClassVar[str] = "2"
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
        return self.table(batch.pts_us, {"faces": found.per_frame(len(batch.frames))})

    def _look(self, batch: FrameBatch, long_side: int, options: FaceDetectorOptions) -> Found:
        """Faces in source pixels, looked for where the longer side has that many pixels."""
        pixels, zoom = prepare(batch.frames, long_side)
        heat, size, offset, points = self._run(pixels)
        found = decode(heat, size, offset, points, options.min_score)
        found = found.take(suppress(found, options.overlap)).scaled(np.array(batch.scale, np.float32) / zoom)
        found = found.clipped(batch.source_size)
        return found.take(np.flatnonzero(found.sizes >= max(options.min_size, 1.0)))

    def _run(self, pixels: Floats) -> list[npt.NDArray[Any]]:
        contract = self._model.contract
        outputs = self._model.runtime.run({contract["input"]: pixels})
        return [outputs[contract[part]] for part in ("heatmap", "scale", "offset", "landmarks")]
