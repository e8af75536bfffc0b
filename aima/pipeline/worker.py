"""The worker of a stage: decodes a segment (or takes its pixels), runs the stage's analyzers, writes, reports."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import cv2
import numpy as np
import pyarrow as pa

from aima import models
from aima.analyzers import registry
from aima.domain.batch import FrameBatch
from aima.domain.media import FrameChunk, Strip
from aima.errors import AimaError
from aima.pipeline.crops import CropKeeper, has_faces
from aima.pipeline.plan import Plan, Stage
from aima.pipeline.read import Gathered, Readers, sent_chunks
from aima.pipeline.runs import Run
from aima.pipeline.task import Failure, Finished, Progressed, SegmentTask, outcome_row, row
from aima.settings import Settings
from aima.storage.archive import Archive
from aima.telemetry.logs import configure, logger

PROGRESS_US = 10_000_000


class StageWorker:
    """One actor of a stage: models are loaded once, then segments come one by one."""

    def __init__(self, plan: Plan, stage_no: int, settings: Settings) -> None:
        configure(settings.log_level)
        cv2.setNumThreads(1)
        self._stage: Stage = plan.stages[stage_no]
        self._archive = Archive(settings.archive_dir)
        self._readers = Readers(settings.media)
        self._step_us = round(1_000_000 / settings.media.sample_fps)
        self._runs: list[Callable[[SegmentTask], Run]] = []
        for step in self._stage.steps:
            analyzer = registry.get(step.analyzer)()
            analyzer.load(models.load(settings, step.model) if step.model else None)
            self._runs.append(lambda task, a=analyzer, s=step: Run(a, s, task, self._archive))  # type: ignore[misc]

    def __call__(self, rows: pa.Table) -> Iterator[pa.Table]:
        """Rows of `task.ROW` in and out: segments are worked on, news is passed through."""
        for index in range(rows.num_rows):
            one = rows.slice(index, 1)
            if one["kind"][0].as_py() == "segment":
                yield from self._segment(one)
            else:
                yield one

    def _segment(self, given: pa.Table) -> Iterator[pa.Table]:
        task = SegmentTask.from_json(given["task"][0].as_py())
        try:
            yield from self._analyze(task, given)
        except AimaError as error:
            yield outcome_row(Failure(task.segment, None, error.code, error.message))
        except Exception as error:
            logger("pipeline.worker").exception("segment failed")
            yield outcome_row(Failure(task.segment, None, "analysis_failed", f"{type(error).__name__}: {error}"))

    def _analyze(self, task: SegmentTask, given: pa.Table) -> Iterator[pa.Table]:
        runs = [make(task) for make in self._runs]
        crops = CropKeeper(task.segment.content_id, task.segment.no)
        pixels, strips, told = Gathered(), list[Strip](), task.segment.start_us
        decode_cpu = self._readers.cpu_s
        carried, tables = _received(given), list[pa.Table]()
        decoded = given["frames"][0].is_valid
        for chunk in sent_chunks(given) if decoded else self._readers.chunks(task):
            batch = self._chunk_batch(task, chunk, carried)
            for run in runs:
                batch = run.chunk(batch)
            if has_faces(batch.columns):
                crops.add(batch)
            tables.append(batch.columns)
            strips.append(chunk.strip)
            if "frames" in self._stage.carries:
                pixels.add(chunk)
            if chunk.pts_us[-1] - told >= PROGRESS_US:
                told = int(chunk.pts_us[-1])
                yield outcome_row(Progressed(task.segment, told - task.segment.start_us))
        if strips:
            whole = self._segment_batch(task, strips)
            for run in runs:
                run.segment(whole)
        for failure in (run.failure for run in runs):
            if failure:
                yield outcome_row(failure)
        receipts = tuple(r for r in (run.write(crops) for run in runs) if r)
        if receipts or not self._stage.carries:
            yield outcome_row(Finished(task.segment, receipts, max(0.0, self._readers.cpu_s - decode_cpu)))
        if self._stage.carries:
            yield row("segment", task=task.to_json(), columns=self._sent(tables), **pixels.columns())

    def _chunk_batch(self, task: SegmentTask, chunk: FrameChunk, carried: pa.Table | None) -> FrameBatch:
        columns = pa.table({"pts_us": chunk.pts_us})
        if carried is not None:
            columns = rows_at(carried, chunk.pts_us)
        size = (task.info.width, task.info.height)
        return FrameBatch(
            task.segment.content_id,
            task.segment.no,
            chunk.frames,
            chunk.pts_us,
            chunk.strip,
            columns,
            size,
            self._step_us,
        )

    def _segment_batch(self, task: SegmentTask, strips: list[Strip]) -> FrameBatch:
        strip = Strip(np.concatenate([s.frames for s in strips]), np.concatenate([s.pts_us for s in strips]))
        empty = FrameChunk(np.zeros((0, 1, 1, 3), np.uint8), np.zeros(0, np.int64), strip)
        return replace(self._chunk_batch(task, empty, None), strip=strip)

    def _sent(self, tables: list[pa.Table]) -> bytes | None:
        if not tables:
            return None
        whole = pa.concat_tables(tables)
        kept = whole.select([n for n in whole.column_names if n == "pts_us" or n in self._stage.carries])
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, kept.schema) as writer:
            writer.write_table(kept)
        return bytes(sink.getvalue())


def _received(given: pa.Table) -> pa.Table | None:
    """Columns that an earlier stage sent, or None."""
    sent = given["columns"][0]
    return pa.ipc.open_stream(sent.as_buffer()).read_all() if sent.is_valid else None


def rows_at(table: pa.Table, pts_us: np.ndarray) -> pa.Table:
    """The rows of a table at given times, in their order.

    Raises:
        KeyError: a time is missing.
    """
    where = {pts: index for index, pts in enumerate(table["pts_us"].to_pylist())}
    return table.take([where[pts] for pts in pts_us.tolist()])
