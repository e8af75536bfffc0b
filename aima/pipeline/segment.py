"""One segment on its way through one stage: chunks in, observations and carried columns out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from aima.domain.batch import FrameBatch
from aima.domain.media import FrameChunk, Problem, Strip
from aima.domain.observation import Receipt
from aima.pipeline.crops import CropKeeper, has_faces
from aima.pipeline.read import Gathered
from aima.pipeline.runs import Run, rows_at
from aima.pipeline.task import Failure, SegmentTask
from aima.storage.archive import Archive


class SegmentWork:
    """Feeds the runs of a stage and gathers what later stages read.

    carries: columns for later stages. given: the row with which the segment came.
    """

    def __init__(
        self, task: SegmentTask, runs: Sequence[Run], carries: Sequence[str], step_us: int, given: pa.Table
    ) -> None:
        self._task, self._runs, self._carries, self._step_us = task, runs, carries, step_us
        self._received = _received(given)
        self._crops = CropKeeper(task.segment.content_id, task.segment.no)
        self._pixels = Gathered()
        self._strips: list[Strip] = []
        self._columns: list[pa.Table] = []
        self._problems: list[Problem] = []

    @property
    def failures(self) -> list[Failure]:
        """The analyzers that failed on this segment."""
        return [run.failure for run in self._runs if run.failure]

    def add(self, chunk: FrameChunk) -> None:
        """Run the analyzers of chunks on a chunk; one without frames brings only grey frames or problems."""
        self._strips.append(chunk.strip)
        self._problems += chunk.problems
        if not len(chunk.pts_us):
            return
        columns = pa.table({"pts_us": chunk.pts_us})
        if self._received is not None:
            columns = rows_at(self._received, chunk.pts_us.tolist())
        batch = self._batch(chunk, columns)
        for run in self._runs:
            batch = run.chunk(batch)
        if has_faces(batch.columns):
            self._crops.add(batch)
        self._columns.append(batch.columns)
        if "frames" in self._carries:
            self._pixels.add(chunk)

    def finish(self, archive: Archive) -> tuple[Receipt, ...]:
        """Run the analyzers of whole segments, and make everything durable."""
        if self._columns:
            strip = Strip(
                np.concatenate([s.frames for s in self._strips]), np.concatenate([s.pts_us for s in self._strips])
            )
            nothing = FrameChunk(np.zeros((0, 1, 1, 3), np.uint8), np.zeros(0, np.int64), strip)
            whole = self._batch(nothing, pa.table({"pts_us": nothing.pts_us}))
            for run in self._runs:
                run.segment(whole)
        receipts: list[Receipt] = []
        for run in self._runs:
            receipt = run.write(self._crops, [] if receipts else self._problems)
            receipts += [receipt] if receipt else []
        return tuple(receipts)

    def carried(self) -> dict[str, Any]:
        """The columns of the row with which the segment goes on."""
        return {"columns": self._sent(), **self._pixels.columns()}

    def _batch(self, chunk: FrameChunk, columns: pa.Table) -> FrameBatch:
        info, segment = self._task.info, self._task.segment
        return FrameBatch(
            content_id=segment.content_id,
            segment_no=segment.no,
            frames=chunk.frames,
            pts_us=chunk.pts_us,
            strip=chunk.strip,
            columns=columns,
            source_size=(info.width, info.height),
            step_us=self._step_us,
        )

    def _sent(self) -> bytes | None:
        if not self._columns:
            return None
        whole = pa.concat_tables(self._columns)
        kept = whole.select([n for n in whole.column_names if n == "pts_us" or n in self._carries])
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, kept.schema) as writer:
            writer.write_table(kept)
        return bytes(sink.getvalue())


def _received(given: pa.Table) -> pa.Table | None:
    """Columns that an earlier stage sent, or None."""
    sent = given["columns"][0]
    return pa.ipc.open_stream(sent.as_buffer()).read_all() if sent.is_valid else None
