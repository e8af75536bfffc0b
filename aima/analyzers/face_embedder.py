"""Face vectors with their quality, and age and gender where the model gives them."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import Field

from aima.analyzers.base import Analyzer, Options
from aima.analyzers.contrast import stretched
from aima.analyzers.crops import Mask, Pixels
from aima.analyzers.face_quality import pose, quality
from aima.analyzers.faces import Faces, faces_of
from aima.analyzers.network import ALIGNED, answers, face_crops, insides, spread
from aima.analyzers.sharpening import sharpened
from aima.domain.batch import FrameBatch
from aima.domain.observation import FACE_VECTOR_COLUMNS
from aima.models.model import Model

Floats = npt.NDArray[np.float32]


class FaceEmbedderOptions(Options):
    """Whose faces get a vector."""

    identify: bool = Field(True, description="off: faces stay anonymous, no vector is computed")
    min_size: float = Field(8, ge=8, description="pixels of the analysed frame; smaller faces get no vector")


class FaceEmbedder(Analyzer[FaceEmbedderOptions]):
    """Makes a vector of every face that has landmarks; its quality says how little that of a profile is worth."""

    name: ClassVar[str] = "face_embedder"
    version: ClassVar[str] = "4"
    task: ClassVar[str | None] = "face_embedding"
    reads: ClassVar[tuple[str, ...]] = ("frames", "faces")
    adds: ClassVar[pa.Schema] = FACE_VECTOR_COLUMNS
    options_type: ClassVar[type[Options]] = FaceEmbedderOptions

    def load(self, model: Model | None) -> None:
        """Take an embedding model; its contract says how faces are cut out."""
        assert model is not None, "face_embedder needs a model"
        self._model = model

    def analyze(self, batch: FrameBatch, options: FaceEmbedderOptions) -> pa.Table:
        """Vectors, qualities, ages and genders aligned with `faces`."""
        faces = faces_of(batch)
        seen = pose(faces.landmarks)
        usable = np.flatnonzero(faces.marked & (faces.sizes >= options.min_size))
        grades = np.zeros(len(faces))
        upright = face_crops(batch.frames, faces, usable, ALIGNED)
        grades[usable] = quality(faces.scores[usable], faces.sizes[usable], seen.take(usable), upright)
        columns = {
            "face_quality": grades.tolist(),
            **self._say(batch, faces, usable[: None if options.identify else 0]),
        }
        return self.table(batch.pts_us, {name: faces.per_frame(values) for name, values in columns.items()})

    def _say(self, batch: FrameBatch, faces: Faces, chosen: npt.NDArray[np.int64]) -> dict[str, list[Any]]:
        """What the network says of the chosen faces; it is not called if there are none."""
        where = batch.frames, faces, chosen, self._model.contract
        crops = list(map(self._mended, face_crops(*where), insides(*where)))
        said = answers(self._model, crops, [part for part, _ in SAID.values()])
        values = {column: read(said[part]).tolist() for column, (part, read) in SAID.items() if part in said}
        return {column: spread(values.get(column), chosen, len(faces)) for column in SAID}

    def _mended(self, crop: Pixels, seen: Mask) -> Pixels:
        """A face that is too dark or too blurred for the network, with more contrast and edges."""
        lit = stretched(crop, seen)
        least = self._model.contract.get("sharpen_below")
        return lit if least is None else sharpened(lit, least)


def normalised(vectors: Floats) -> Floats:
    """Rows of length 1."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12), np.float32)


def years(probabilities: Floats) -> Floats:
    """Age from the probabilities of each year [m, years]: the mean of the two most probable, weighted.

    As the authors of the network read it (Savchenko, "Efficient facial representations", 2019).
    """
    best = np.argsort(probabilities, axis=1)[:, -2:]
    weights = np.take_along_axis(probabilities, best, axis=1)
    return np.asarray((best * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-12), np.float32)


def female(male: Floats) -> Floats:
    """Probability of "female" from that of "male" [m, 1]."""
    return np.asarray(1.0 - male[:, 0], np.float32)


SAID = {"face_vectors": ("vector", normalised), "face_ages": ("age", years), "face_genders": ("gender", female)}
"""Column -> output of the network and how it is read."""
