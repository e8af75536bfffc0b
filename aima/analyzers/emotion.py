"""Facial expression: seven probabilities per face."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import Field
from scipy.special import softmax

from aima.analyzers.base import Analyzer, Options
from aima.analyzers.crops import Pixels
from aima.analyzers.faces import faces_of
from aima.analyzers.network import answers, face_crops, spread
from aima.domain.batch import FrameBatch
from aima.domain.observation import EXPRESSION_COLUMNS, EXPRESSIONS
from aima.models.model import Model

SMALLEST = 1e-12
"""Least probability whose logarithm is taken."""


class EmotionOptions(Options):
    """How carefully expressions are read."""

    mirror: bool = Field(True, description="look at the mirror image of each face, too: twice the work")
    min_size: float = Field(24, ge=8, description="pixels of the analysed frame; smaller faces get no expression")


class Emotion(Analyzer[EmotionOptions]):
    """Reads what a face shows, which need not be what the person feels.

    The looks at a face and at its mirror image are pooled as the mean of their logarithms, which is more often right
    than the mean of probabilities where single looks are too sure of themselves. A temperature from the contract,
    fitted to labelled faces, makes them as sure as they are right (Guo et al., On Calibration of Modern Neural
    Networks, 2017).
    """

    name: ClassVar[str] = "emotion"
    version: ClassVar[str] = "2"
    task: ClassVar[str | None] = "face_expression"
    reads: ClassVar[tuple[str, ...]] = ("frames", "faces")
    adds: ClassVar[pa.Schema] = EXPRESSION_COLUMNS
    options_type: ClassVar[type[Options]] = EmotionOptions

    def load(self, model: Model | None) -> None:
        """Take the expression model and bring its classes into the order of EXPRESSIONS."""
        assert model is not None, "emotion needs a model"
        self._model = model
        self._order = [list(model.contract["classes"]).index(name) for name in EXPRESSIONS]
        self._temperature = float(model.contract.get("temperature", 1.0))

    def analyze(self, batch: FrameBatch, options: EmotionOptions) -> pa.Table:
        """Probabilities that sum to 1, aligned with `faces`; null for faces that are too small."""
        faces = faces_of(batch)
        chosen = np.flatnonzero(faces.sizes >= options.min_size)
        crops = face_crops(batch.frames, faces, chosen, self._model.contract)
        looks = [crops, [crop[:, ::-1] for crop in crops]] if options.mirror else [crops]
        pooled = np.mean([self._logarithms(look) for look in looks], axis=0)
        shown = softmax(pooled / self._temperature, axis=1)
        return self.table(
            batch.pts_us, {"face_expressions": faces.per_frame(spread(shown.tolist(), chosen, len(faces)))}
        )

    def _logarithms(self, crops: list[Pixels]) -> npt.NDArray[np.float64]:
        """Logarithms of probabilities, float64 [m, 7] in the order of EXPRESSIONS."""
        nothing = np.zeros((0, len(EXPRESSIONS)))
        shown = answers(self._model, crops, ["probabilities"]).get("probabilities", nothing)[:, self._order]
        return np.log(np.maximum(shown.astype(np.float64), SMALLEST))
