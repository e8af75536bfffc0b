"""Where something is written in key frames.

A coarse look first, and a fine one only where it finds something, was tried and left out: small writing is lost, and
what is saved is little, as patterns that are no writing look most like it when they are coarse. Enlarging small
pictures finds nothing more.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
from pydantic import Field

from aima.analyzers.base import Analyzer, Options
from aima.analyzers.centerface import prepare
from aima.analyzers.crops import Pixels
from aima.analyzers.key_frames import key_frames
from aima.analyzers.text_lines import Floats, TextLines, decode
from aima.domain.batch import FrameBatch
from aima.domain.observation import TEXT_LINE_COLUMNS
from aima.models.model import Model

WHOLE = 0.6
"""A line that takes this share of the picture is none: blurred pictures are taken for one letter."""


class TextDetectorOptions(Options):
    """How often and how finely writing is looked for."""

    interval_s: float = Field(3.0, gt=0, description="seconds from one frame that is looked at to the next")
    long_side: int = Field(960, ge=64, le=4096, description="pixels of the longer side at which writing is looked for")
    min_score: float = Field(0.5, gt=0, lt=1, description="lower finds more lines and more that are none")
    min_height: float = Field(8, ge=0, description="lowest line in pixels of the analysed frame")
    most: int = Field(100, ge=1, description="lines per frame at most, the highest ones")


class TextDetector(Analyzer[TextDetectorOptions]):
    """Finds lines of writing; frames between the key frames are null."""

    name: ClassVar[str] = "text_detector"
    version: ClassVar[str] = "1"
    task: ClassVar[str | None] = "text_detection"
    reads: ClassVar[tuple[str, ...]] = ("frames",)
    adds: ClassVar[pa.Schema] = TEXT_LINE_COLUMNS
    options_type: ClassVar[type[Options]] = TextDetectorOptions

    def load(self, model: Model | None) -> None:
        """Take the detector."""
        assert model is not None, "text_detector needs a model"
        self._model = model

    def analyze(self, batch: FrameBatch, options: TextDetectorOptions) -> pa.Table:
        """Lines of each key frame in displayed source pixels, sorted by (top, left) of the boxes around them."""
        wanted = key_frames(batch, round(options.interval_s * 1e6))
        found: list[list[dict[str, Any]] | None] = [
            self._look(frame, options).rows(batch.scale) if chosen else None
            for frame, chosen in zip(batch.frames, wanted, strict=True)
        ]
        return self.table(batch.pts_us, {"text_lines": found})

    def _look(self, frame: Pixels, options: TextDetectorOptions) -> TextLines:
        """Lines in pixels of the frame."""
        probability, zoom = self._run(frame, min(max(frame.shape[:2]), options.long_side))
        lines = decode(probability, self._model.thresholds, options.min_score)
        limits = np.array(frame.shape[1::-1], np.float32)
        lines = TextLines(np.clip(lines.corners / np.float32(zoom), 0, limits), lines.score)
        lines = lines.take(np.flatnonzero(lines.areas < WHOLE * limits.prod()))
        highest = np.argsort(-lines.heights, kind="stable")[: options.most]
        return lines.take(highest[lines.heights[highest] >= max(options.min_height, 1.0)])

    def _run(self, frame: Pixels, long_side: int) -> tuple[Floats, float]:
        """The map of a frame brought to that longer side, and the factor by which it was scaled."""
        contract = self._model.contract
        pixels, zoom = prepare(frame[None], long_side)
        if contract["colour"] == "bgr":
            pixels = pixels[:, ::-1]
        given = (pixels - np.float32(contract["mean"])) / np.float32(contract["std"])
        return self._model.runtime.run({contract["input"]: given})[contract["map"]][0, 0], zoom
