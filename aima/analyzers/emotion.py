"""Facial expression: seven probabilities per face."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import Field

from aima.analyzers.base import Analyzer, Options
from aima.analyzers.crops import Pixels
from aima.analyzers.faces import faces_of
from aima.analyzers.network import answers, face_crops, spread
from aima.domain.batch import FrameBatch
from aima.domain.observation import EXPRESSION_COLUMNS, EXPRESSIONS
from aima.models.model import Model


class EmotionOptions(Options):
    """How carefully expressions are read."""

    mirror: bool = Field(False, description="average each face with its mirror image: twice the work")
    min_size: float = Field(24, ge=8, description="pixels of the analysed frame; smaller faces get no expression")


class Emotion(Analyzer[EmotionOptions]):
    """Reads what a face shows, which need not be what the person feels. Off unless asked for."""

    name: ClassVar[str] = "emotion"
    version: ClassVar[str] = "1"
    task: ClassVar[str | None] = "face_expression"
    reads: ClassVar[tuple[str, ...]] = ("frames", "faces")
    adds: ClassVar[pa.Schema] = EXPRESSION_COLUMNS
    options_type: ClassVar[type[Options]] = EmotionOptions

    def load(self, model: Model | None) -> None:
        """Take the expression model and bring its classes into the order of EXPRESSIONS."""
        assert model is not None, "emotion needs a model"
        self._model = model
        self._order = [list(model.contract["classes"]).index(name) for name in EXPRESSIONS]

    def analyze(self, batch: FrameBatch, options: EmotionOptions) -> pa.Table:
        """Probabilities that sum to 1, aligned with `faces`; null for faces that are too small."""
        faces = faces_of(batch)
        chosen = np.flatnonzero(faces.sizes >= options.min_size)
        crops = face_crops(batch.frames, faces, chosen, self._model.contract)
        shown = self._probabilities(crops)
        if options.mirror:
            shown = (shown + self._probabilities([crop[:, ::-1] for crop in crops])) / 2
        return self.table(
            batch.pts_us, {"face_expressions": faces.per_frame(spread(shown.tolist(), chosen, len(faces)))}
        )

    def _probabilities(self, crops: list[Pixels]) -> npt.NDArray[np.float64]:
        """Float64 [m, 7] in the order of EXPRESSIONS."""
        nothing = np.zeros((0, len(EXPRESSIONS)))
        shown = answers(self._model, crops, ["probabilities"]).get("probabilities", nothing)[:, self._order]
        return np.asarray(shown / np.maximum(shown.sum(axis=1, keepdims=True), 1e-12))
