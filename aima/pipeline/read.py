"""Where a stage's frames and sound come from: the contained decoder, or the pixels that an earlier stage sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from aima.domain.media import FrameChunk, Sound, Strip
from aima.errors import MediaChanged
from aima.media.reader import SegmentReader
from aima.media.stamp import Stamp, stamp
from aima.pipeline.task import SegmentTask
from aima.settings import Media

CHUNK = 8


class Readers:
    """Keeps the contained decoder at hand; one child serves the segments of a medium, as long as it is read alike."""

    def __init__(self) -> None:
        self._reader: SegmentReader | None = None
        self._serves: tuple[str, Media] | None = None
        self._ended_cpu_s = 0.0

    def chunks(self, task: SegmentTask, options: Media) -> Iterator[FrameChunk]:
        """Sampled frames of the task's segment, a few at a time.

        Raises:
            MediaChanged: the file is not the one that was taken in, or was written to meanwhile.
            MediaError: the segment cannot be decoded.
        """
        with _steady(task):
            yield from self._opened(task, options).chunks(task.segment, CHUNK)

    def sound(self, task: SegmentTask, options: Media) -> Sound:
        """The sound of the task's segment with its context; raises what `chunks` does."""
        with _steady(task):
            return self._opened(task, options).sound(task.segment)

    def _opened(self, task: SegmentTask, options: Media) -> SegmentReader:
        if self._reader is None or self._serves != (task.path, options):
            self.close()
            self._reader = SegmentReader(Path(task.path), task.info, options, options.decoder)
            self._serves = (task.path, options)
        return self._reader

    @property
    def cpu_s(self) -> float:
        """CPU seconds that decoders have used so far."""
        return self._ended_cpu_s + (self._reader.cpu_s if self._reader else 0.0)

    def close(self) -> None:
        """End the decoder."""
        if self._reader is not None:
            self._reader.close()
            self._ended_cpu_s += self._reader.cpu_s
            self._reader = None


@contextmanager
def _steady(task: SegmentTask) -> Iterator[None]:
    """See that the file stays as it was taken in while it is read."""
    before = _unchanged(task)
    yield
    if _unchanged(task) != before:
        raise MediaChanged(f"{Path(task.path).name} was written to while it was read", "analyze it when it is whole")


def _unchanged(task: SegmentTask) -> Stamp:
    """The stamp of the task's file.

    Raises:
        MediaMissing: it is gone.
        MediaChanged: it does not have the size that it was taken in with.
    """
    found = stamp(Path(task.path))
    if task.size is not None and found[0] != task.size:
        raise MediaChanged(f"{Path(task.path).name} has changed since it was taken in", "analyze it again")
    return found


class Gathered:
    """Pixels of a whole segment on their way to another stage."""

    def __init__(self) -> None:
        self._chunks: list[FrameChunk] = []

    def add(self, chunk: FrameChunk) -> None:
        """Keep the chunk's pixels."""
        self._chunks.append(chunk)

    def columns(self) -> dict[str, Any]:
        """The pixel columns of a row."""
        if not self._chunks:
            return {}
        frames = np.concatenate([c.frames for c in self._chunks])
        strip = np.concatenate([c.strip.frames for c in self._chunks])
        return {
            "frames": frames.tobytes(),
            "frames_shape": list(frames.shape),
            "pts_us": np.concatenate([c.pts_us for c in self._chunks]).tolist(),
            "strip": strip.tobytes(),
            "strip_shape": list(strip.shape),
            "strip_pts_us": np.concatenate([c.strip.pts_us for c in self._chunks]).tolist(),
        }


def sent_chunks(row: pa.Table) -> Iterator[FrameChunk]:
    """The chunks that `Gathered` put into a row, cut as the decoder cuts them."""
    frames, strip = _pixels(row, "frames"), _pixels(row, "strip")
    pts = np.asarray(row["pts_us"][0].as_py(), np.int64)
    strip_pts = np.asarray(row["strip_pts_us"][0].as_py(), np.int64)
    starts = range(0, len(pts), CHUNK)
    bounds = np.searchsorted(strip_pts, [pts[i] for i in starts]) if len(pts) else np.zeros(0, np.int64)
    for index, start in enumerate(starts):
        low = 0 if index == 0 else int(bounds[index])
        high = int(bounds[index + 1]) if index + 1 < len(bounds) else len(strip_pts)
        part = slice(start, start + CHUNK)
        yield FrameChunk(frames[part], pts[part], Strip(strip[low:high], strip_pts[low:high]))


def _pixels(row: pa.Table, name: str) -> npt.NDArray[np.uint8]:
    buffer = row[name][0].as_buffer()
    return np.frombuffer(buffer, np.uint8).reshape(row[f"{name}_shape"][0].as_py())
