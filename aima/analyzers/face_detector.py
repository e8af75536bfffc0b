"""Faces with five landmarks by CenterFace.

Xu et al., "CenterFace: Joint Face Detection and Alignment Using Face as Point" (2019): a heat map of face centres at
a quarter of the input's resolution, with size, sub-cell offset and landmarks of the face at each centre.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import Field

from aima.analyzers.base import Analyzer, Options
from aima.analyzers.centerface import Floats, decode, prepare, suppress
from aima.domain.batch import FrameBatch
from aima.domain.observation import FACE_COLUMNS
from aima.models.model import Model


class FaceDetectorOptions(Options):
    """How finely faces are looked for."""

    long_side: int = Field(640, ge=64, le=4096, description="pixels of the longer side at which faces are looked for")
    min_score: float = Field(0.5, ge=0, le=1, description="lower finds more faces and more that are none")
    min_size: float = Field(12, ge=0, description="smallest face in source pixels (geometric mean of its sides)")
    overlap: float = Field(0.3, ge=0, le=1, description="boxes that overlap more (IoU) are one face")


class FaceDetector(Analyzer[FaceDetectorOptions]):
    """Finds faces; boxes and landmarks in displayed source pixels, sorted by (top, left)."""

    name: ClassVar[str] = "face_detector"
    version: ClassVar[str] = "1"
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
        pixels, shrink = prepare(batch.frames, options.long_side)
        heat, size, offset, points = self._run(pixels)
        found = decode(heat, size, offset, points, options.min_score)
        found = found.take(suppress(found, options.overlap)).scaled(np.array(batch.scale, np.float32) / shrink)
        found = found.clipped(batch.source_size)
        found = found.take(np.flatnonzero(found.sizes >= max(options.min_size, 1.0)))
        return self.table(batch.pts_us, {"faces": found.per_frame(len(batch.frames))})

    def _run(self, pixels: Floats) -> list[npt.NDArray[Any]]:
        contract = self._model.contract
        outputs = self._model.runtime.run({contract["input"]: pixels})
        return [outputs[contract[part]] for part in ("heatmap", "scale", "offset", "landmarks")]
