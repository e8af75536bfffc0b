"""The worker of a stage: decodes a segment (or takes its pixels), runs the stage's analyzers, writes, reports."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import cv2
import pyarrow as pa

from aima.analyzers import registry
from aima.analyzers.base import Analyzer
from aima.errors import AimaError
from aima.models.loader import load
from aima.pipeline.plan import Plan, Stage, Step
from aima.pipeline.read import Readers, sent_chunks
from aima.pipeline.runs import Run
from aima.pipeline.segment import SegmentWork
from aima.pipeline.task import Failure, Finished, Progressed, SegmentTask, outcome_row, row
from aima.settings import Settings
from aima.storage.archive import Archive
from aima.telemetry.logs import configure, logger

PROGRESS_US = 10_000_000


class StageWorker:
    """One actor of a stage: models are loaded with the first segment, then segments come one by one."""

    def __init__(self, plan: Plan, stage_no: int, settings: Settings) -> None:
        configure(settings.log_level)
        cv2.setNumThreads(1)
        self._stage: Stage = plan.stages[stage_no]
        self._archive = Archive(settings.archive_dir)
        self._readers = Readers(settings.media)
        self._step_us = round(1_000_000 / settings.media.sample_fps)
        self._settings = settings

    def __call__(self, rows: pa.Table) -> Iterator[pa.Table]:
        """Rows of `task.ROW` in and out: segments are worked on, news is passed through."""
        for index in range(rows.num_rows):
            one = rows.slice(index, 1)
            if one["kind"][0].as_py() == "segment":
                yield from self._segment(one)
            else:
                yield one

    @functools.cached_property
    def _analyzers(self) -> list[tuple[Analyzer[Any], Step]]:
        """The stage's analyzers with their models, loaded at first use: what is wrong with a model fails a segment."""
        ready = [(registry.get(step.analyzer)(), step) for step in self._stage.steps]
        for analyzer, step in ready:
            analyzer.load(load(self._settings, step.model) if step.model else None)
        return ready

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
        runs = [Run(analyzer, step, task, self._archive) for analyzer, step in self._analyzers]
        work = SegmentWork(task, runs, self._stage.carries, self._step_us, given)
        decode_cpu, told = self._readers.cpu_s, task.segment.start_us
        for chunk in sent_chunks(given) if given["frames"][0].is_valid else self._readers.chunks(task):
            work.add(chunk)
            if len(chunk.pts_us) and chunk.pts_us[-1] - told >= PROGRESS_US:
                told = int(chunk.pts_us[-1])
                yield outcome_row(Progressed(task.segment, told - task.segment.start_us))
        receipts = work.finish(self._archive)
        yield from map(outcome_row, work.failures)
        if receipts or not self._stage.carries:
            yield outcome_row(Finished(task.segment, receipts, max(0.0, self._readers.cpu_s - decode_cpu)))
        if self._stage.carries:
            yield row("segment", task=task.to_json(), **work.carried())
