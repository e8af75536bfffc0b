"""Builds what analyzers are given, and analyzers with real weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
import pyarrow as pa

from aima.analyzers import registry
from aima.analyzers.base import Analyzer
from aima.domain.batch import FrameBatch
from aima.domain.media import Strip
from aima.models.loader import load
from aima.models.model import Model
from aima.settings import Settings

STEP_US = 200_000
NO_STRIP = Strip(np.zeros((0, 90, 160), np.uint8), np.zeros(0, np.int64))


def frame_batch(frames: np.ndarray, strip: Strip = NO_STRIP, source_size: tuple[int, int] | None = None) -> FrameBatch:
    """A chunk of frames, five per second from 0."""
    pts = np.arange(len(frames), dtype=np.int64) * STEP_US
    size = source_size or (frames.shape[2], frames.shape[1])
    return FrameBatch("content", 0, frames, pts, strip, pa.table({"pts_us": pts}), size, STEP_US)


def strip_batch(strip: Strip) -> FrameBatch:
    """A whole segment without frames."""
    return frame_batch(np.zeros((0, 1, 1, 3), np.uint8), strip, (1280, 720))


def with_columns(batch: FrameBatch, table: pa.Table) -> FrameBatch:
    """The batch after an analyzer has added its columns."""
    columns = batch.columns
    for name in set(table.column_names) - {"pts_us", "problems"}:
        columns = columns.append_column(table.schema.field(name), table[name])
    return replace(batch, columns=columns)


def with_faces(batch: FrameBatch, faces: list[list[dict[str, Any]] | None]) -> FrameBatch:
    """The batch with these faces in the column `faces`."""
    schema = registry.get("face_detector").adds
    return with_columns(batch, pa.table({"faces": faces}, schema=schema))


@dataclass
class Counted:
    """A runtime that counts its calls and remembers how much it was shown at once."""

    inner: Any
    sizes: list[int]

    def run(self, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        self.sizes.append(len(next(iter(inputs.values()))))
        return self.inner.run(inputs)


def counted(model: Model) -> tuple[Model, list[int]]:
    """The model with a counting runtime, and the sizes of its calls."""
    sizes: list[int] = []
    return replace(model, runtime=Counted(model.runtime, sizes)), sizes


def ready(name: str, settings: Settings, model: str | None = None) -> Analyzer[Any]:
    """An analyzer with its real weights."""
    kind = registry.get(name)
    analyzer = kind()
    analyzer.load(load(settings, model or kind.task) if kind.task else None)
    return analyzer


def paste(canvas: np.ndarray, picture: np.ndarray, left: int, top: int, scale: float = 1.0) -> None:
    """Put a picture onto a canvas; what does not fit is cut off."""
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale != 1 else picture
    y0, x0 = max(top, 0), max(left, 0)
    part = small[y0 - top : canvas.shape[0] - top, x0 - left : canvas.shape[1] - left]
    canvas[y0 : y0 + part.shape[0], x0 : x0 + part.shape[1]] = part
