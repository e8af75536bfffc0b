"""Picture vector and what a picture shows as a whole, in key frames.

Who looks for a picture often has a part of it. So what is looked for is taken as it is (QUERY), and what is kept to be
found stands for the whole picture and its middle alike: of 100 of 249 photographs cut by 10 to 30 % of width and
height, 98 to 100 are found first by it, 91 to 96 where both are taken as they are.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any, ClassVar, Final

import cv2
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import Field

from aima.analyzers.base import Analyzer, Options
from aima.analyzers.crops import Pixels, tensor
from aima.analyzers.key_frames import key_frames
from aima.domain.batch import FrameBatch
from aima.domain.observation import PICTURE_COLUMNS
from aima.models.model import Model

Floats = npt.NDArray[np.float32]

LEAST_SIDE = 32
"""Pixels: narrower pictures are stretched to it, as nothing is left of them on the way through the network."""

MIDDLE = 0.8
"""Share of width and height that is the middle of a picture."""

SHORTEST = 1e-6
"""Length below which a vector has no direction."""


@cache
def imagenet_classes() -> tuple[str, ...]:
    """The 1000 classes of ImageNet in English, each with one of its names (Russakovsky et al., 2015)."""
    return tuple(json.loads(resources.files("aima.analyzers").joinpath("imagenet_classes.json").read_text()))


class ImageVectorOptions(Options):
    """How often pictures are looked at, and how much is told of them."""

    interval_s: float = Field(1.0, gt=0, description="seconds from one frame that is looked at to the next")
    middle: bool = Field(True, description="look at the middle of pictures, too: twice the work, cut copies are found")
    labels: int = Field(5, ge=0, le=20, description="how many labels at most")
    min_score: float = Field(0.1, ge=0, le=1, description="least probability of a label")


QUERY: Final = ImageVectorOptions(middle=False)
"""How a picture is looked at that others are compared with."""


class ImageVector(Analyzer[ImageVectorOptions]):
    """Gives whole pictures a vector, by which alike ones are found, and labels; frames between key frames are null."""

    name: ClassVar[str] = "image_vector"
    version: ClassVar[str] = "1"
    task: ClassVar[str | None] = "image_embedding"
    reads: ClassVar[tuple[str, ...]] = ("frames",)
    adds: ClassVar[pa.Schema] = PICTURE_COLUMNS
    options_type: ClassVar[type[Options]] = ImageVectorOptions

    def load(self, model: Model | None) -> None:
        """Take the network."""
        assert model is not None, "image_vector needs a model"
        self._model = model

    def analyze(self, batch: FrameBatch, options: ImageVectorOptions) -> pa.Table:
        """An L2-normalised vector for each key frame, and its labels, the surest first."""
        wanted = key_frames(batch, round(options.interval_s * 1e6))
        columns: dict[str, list[Any]] = {"image_vector": [], "image_labels": []}
        for frame, chosen in zip(batch.frames, wanted, strict=True):
            vector, labels = self._describe(frame, options) if chosen else (None, None)
            columns["image_vector"].append(vector)
            columns["image_labels"].append(labels)
        return self.table(batch.pts_us, columns)

    def _describe(self, frame: Pixels, options: ImageVectorOptions) -> tuple[list[float], list[dict[str, Any]]]:
        vector, probabilities = self._look(frame)
        if options.middle:
            vector = _unit(vector + self._look(middle(frame))[0])
        return vector.tolist(), _labels(probabilities, options)

    def _look(self, frame: Pixels) -> tuple[Floats, Floats]:
        """Vector of length 1 and probabilities of the classes."""
        contract = self._model.contract
        outputs = self._model.runtime.run({contract["input"]: tensor([scaled(frame, contract["area"])], contract)})
        return _unit(outputs[contract["vector"]][0]), outputs[contract["probabilities"]][0]


def middle(frame: Pixels) -> Pixels:
    """The middle of a picture."""
    sides = frame.shape[:2]
    kept = [max(1, round(side * MIDDLE)) for side in sides]
    top, left = ((side - part) // 2 for side, part in zip(sides, kept, strict=True))
    return frame[top : top + kept[0], left : left + kept[1]]


def scaled(frame: Pixels, area: int) -> Pixels:
    """The whole picture with about that many pixels, its sides in the same proportion: uint8 [height, width, 3]."""
    height, width = frame.shape[:2]
    zoom = float(np.sqrt(area / (height * width)))
    size = [min(max(LEAST_SIDE, round(side * zoom)), area // LEAST_SIDE) for side in (width, height)]
    return np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR), np.uint8)


def _unit(vector: Floats) -> Floats:
    return vector / np.float32(max(float(np.linalg.norm(vector)), SHORTEST))


def _labels(probabilities: Floats, options: ImageVectorOptions) -> list[dict[str, Any]]:
    names = imagenet_classes()
    best = np.argsort(-probabilities, kind="stable")[: options.labels]
    return [
        {"label": names[i], "score": float(probabilities[i])} for i in best if probabilities[i] >= options.min_score
    ]
