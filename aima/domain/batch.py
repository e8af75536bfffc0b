"""What an analyzer is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from aima.domain.media import SOUND_RATE, Strip

__all__ = ["SOUND_RATE", "FrameBatch", "SoundBatch"]


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


@dataclass(frozen=True, slots=True)
class SoundBatch:
    """The sound of one segment, with context on both sides, and what earlier analyzers heard in it.

    samples: float32 [n], mono, `SOUND_RATE`, full scale is 1; they begin at start_us of the medium and have no holes:
        where nothing could be decoded they are 0.
    own_us: [start, end) of what belongs to this segment: its ends lie in the quietest moments near the segment's own
        and are the same for the segment next to it. Every row has its middle in exactly one of them.
    tables: by column, the table of the earlier analyzer that adds it, with its own pts_us and end_us; it covers the
        context, too.
    """

    content_id: str
    segment_no: int
    samples: npt.NDArray[np.float32]
    start_us: int
    own_us: tuple[int, int]
    tables: Mapping[str, pa.Table]

    @property
    def end_us(self) -> int:
        """Where the samples end."""
        return self.start_us + len(self.samples) * 1_000_000 // SOUND_RATE

    def owns(self, start_us: int, end_us: int) -> bool:
        """Whether what lasts from start_us to end_us has its middle in this segment."""
        return self.own_us[0] <= (start_us + end_us) // 2 < self.own_us[1]
