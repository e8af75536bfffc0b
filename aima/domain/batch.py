"""What an analyzer is given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from aima.domain.media import Strip


@dataclass(frozen=True, slots=True)
class FrameBatch:
    """Sampled frames of one segment with what earlier analyzers said of them.

    frames: uint8 [n, height, width, 3] RGB at analysis resolution, upright. n is 0 for analyzers of scope
        "segment", which work on the strip alone.
    pts_us: int64 [n], microseconds from the start of the medium.
    strip: grey frames. Scope "chunk": from the first frame of this batch to the first of the next one;
        scope "segment": the whole segment.
    columns: one row per frame, the columns that earlier analyzers added.
    source_size: (width, height) of the displayed source in pixels. Boxes are given in these pixels:
        multiply analysis pixels by source_size[0] / frames.shape[2] and source_size[1] / frames.shape[1].
    step_us: distance of two sampled frames in microseconds.
    """

    content_id: str
    segment_no: int
    frames: npt.NDArray[np.uint8]
    pts_us: npt.NDArray[np.int64]
    strip: Strip
    columns: pa.Table
    source_size: tuple[int, int]
    step_us: int

    @property
    def scale(self) -> tuple[float, float]:
        """Source pixels per analysis pixel, horizontally and vertically."""
        return self.source_size[0] / self.frames.shape[2], self.source_size[1] / self.frames.shape[1]
