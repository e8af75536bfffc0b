"""Objects: persons and things of 80 kinds with their boxes, in key frames."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
from pydantic import Field

from aima.analyzers.base import Analyzer, Options
from aima.analyzers.centernet import Things, decode, prepare, suppress
from aima.analyzers.crops import Pixels
from aima.analyzers.key_frames import key_frames
from aima.domain.batch import FrameBatch
from aima.domain.observation import OBJECT_COLUMNS
from aima.models.model import Model


@cache
def coco_classes() -> tuple[str, ...]:
    """The 80 classes of COCO in English, in the order of the network's maps (Lin et al., 2014)."""
    return tuple(json.loads(resources.files("aima.analyzers").joinpath("coco_classes.json").read_text()))


class ObjectsOptions(Options):
    """How often and how surely things are found."""

    interval_s: float = Field(1.0, gt=0, description="seconds from one frame that is looked at to the next")
    min_score: float | None = Field(None, gt=0, lt=1, description="least score; none: the threshold of the catalogue")


class Objects(Analyzer[ObjectsOptions]):
    """Finds persons and things; frames between the key frames are null."""

    name: ClassVar[str] = "objects"
    version: ClassVar[str] = "1"
    task: ClassVar[str | None] = "object_detection"
    reads: ClassVar[tuple[str, ...]] = ("frames",)
    adds: ClassVar[pa.Schema] = OBJECT_COLUMNS
    options_type: ClassVar[type[Options]] = ObjectsOptions

    def load(self, model: Model | None) -> None:
        """Take the detector."""
        assert model is not None, "objects needs a model"
        self._model = model

    def analyze(self, batch: FrameBatch, options: ObjectsOptions) -> pa.Table:
        """Things of each key frame in displayed source pixels, sorted by (top, left) of their boxes."""
        wanted = key_frames(batch, round(options.interval_s * 1e6))
        floor = options.min_score or self._model.thresholds["detect"]
        scale = np.tile(batch.scale, 2) if len(batch.frames) else np.ones(4)
        seen = [
            _rows(self._find(frame, floor), scale) if chosen else None
            for frame, chosen in zip(batch.frames, wanted, strict=True)
        ]
        return self.table(batch.pts_us, {"objects": seen})

    def _find(self, frame: Pixels, floor: float) -> Things:
        """Things in pixels of the frame; boxes end at its border, and those of which nothing lies within it go."""
        contract = self._model.contract
        pixels, zoom = prepare(frame, contract["size"])
        maps = self._model.runtime.run({contract["input"]: pixels})
        found = decode(maps[contract["heatmap"]][0], maps[contract["reach"]][0], floor)
        found = found.take(suppress(found, self._model.thresholds["overlap"]))
        limits = np.tile(frame.shape[1::-1], 2).astype(np.float32)
        corners = np.clip(found.corners / np.float32(zoom), 0, limits)
        within = np.flatnonzero((corners[:, 2:] > corners[:, :2]).all(axis=1))
        return Things(corners, found.score, found.kind).take(within)


def _rows(things: Things, scale: np.ndarray[Any, np.dtype[np.float64]]) -> list[dict[str, Any]]:
    """Things as in the column `objects`; scale: source pixels per pixel of the frame, for each corner."""
    names, corners = coco_classes(), things.corners * scale
    order = np.lexsort((things.kind, corners[:, 0], corners[:, 1]))
    rows = []
    for i in order:
        left, top, right, bottom = (float(v) for v in corners[i])
        box = {"left": left, "top": top, "width": right - left, "height": bottom - top}
        rows.append({"label": names[things.kind[i]], **box, "score": float(things.score[i])})
    return rows
