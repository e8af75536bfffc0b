"""Face vectors with their quality, and age and gender where the model gives them."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import Field

from aima.analyzers.base import Analyzer, Options
from aima.analyzers.crops import ARCFACE, ARCFACE_SIDE, Pixels, aligned, similarity, square, tensor
from aima.analyzers.face_quality import pose, quality
from aima.analyzers.faces import Faces, faces_of, slices
from aima.domain.batch import FrameBatch
from aima.domain.observation import FACE_VECTOR_COLUMNS
from aima.models.model import Arrays, Model

Floats = npt.NDArray[np.float32]


class FaceEmbedderOptions(Options):
    """Whose faces get a vector."""

    identify: bool = Field(True, description="off: faces stay anonymous, no vector is computed")
    min_size: float = Field(16, ge=8, description="pixels of the analysed frame; smaller faces get no vector")


class FaceEmbedder(Analyzer[FaceEmbedderOptions]):
    """Makes a vector of every face whose landmarks can be those of a face that shows both eyes."""

    name: ClassVar[str] = "face_embedder"
    version: ClassVar[str] = "1"
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
        usable = seen.plausible & (faces.sizes >= options.min_size)
        matrices = similarity(faces.landmarks, ARCFACE)
        crops = [aligned(batch.frames[faces.frame[i]], matrices[i], ARCFACE_SIDE) for i in np.flatnonzero(usable)]
        grades = np.zeros(len(faces))
        grades[usable] = quality(faces.scores[usable], faces.sizes[usable], seen.take(usable), crops)
        chosen = np.flatnonzero(usable) if options.identify else np.zeros(0, np.int64)
        said = self._run(batch, faces, chosen, crops)
        columns = {name: faces.per_frame(_spread(chosen, said.get(name), len(faces))) for name in SAID}
        return self.table(batch.pts_us, {"face_quality": faces.per_frame(grades.tolist()), **columns})

    def _run(self, batch: FrameBatch, faces: Faces, chosen: npt.NDArray[np.int64], crops: list[Pixels]) -> Arrays:
        """What the network says of the chosen faces, by column; nothing without a face."""
        contract = self._model.contract
        if contract["crop"] == "box":
            side, factor = contract["size"], contract["box_scale"]
            crops = [square(batch.frames[faces.frame[i]], faces.boxes[i], factor, side) for i in chosen]
        outputs = [
            self._model.runtime.run({contract["input"]: tensor(crops[part], contract)}) for part in slices(len(chosen))
        ]
        names = {key: contract[key] for key in ("vector", "age", "gender") if key in contract}
        joined = {key: np.concatenate([o[name] for o in outputs]) for key, name in names.items() if outputs}
        return {column: read(joined[key]) for column, (key, read) in SAID.items() if key in joined}


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


def _spread(chosen: npt.NDArray[np.int64], values: npt.NDArray[Any] | None, total: int) -> list[Any]:
    """One value per face, None for those that were not chosen or of which nothing was said."""
    spread: list[Any] = [None] * total
    for i, value in zip(chosen, [] if values is None else values.tolist(), strict=values is not None):
        spread[i] = value
    return spread
