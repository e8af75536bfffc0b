"""The worker of a stage: decodes a segment (or takes its pixels), runs those of the stage's analyzers that are of its
stream, writes, reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import pyarrow as pa

from aima.analyzers import registry
from aima.analyzers.base import Analyzer
from aima.domain.observation import Receipt
from aima.errors import AimaError, ModelMissing
from aima.models.loader import load
from aima.pipeline.plan import Step
from aima.pipeline.read import Readers, sent_chunks
from aima.pipeline.reporting import Reporter, Unheard
from aima.pipeline.runs import Run
from aima.pipeline.segment import SegmentWork
from aima.pipeline.sound import SoundWork, needed
from aima.pipeline.task import Failure, Finished, SegmentTask, finished_from, news_of, outcome_row, row, segment_of
from aima.settings import Media, Settings
from aima.storage.archive import Archive
from aima.telemetry.failpoints import poisonous
from aima.telemetry.logs import configure, logger


@dataclass(frozen=True, slots=True)
class _Part:
    """What a stage did on a segment. carried: columns of the row with which it goes on."""

    receipts: tuple[Receipt, ...]
    decode_cpu_s: float | None
    failures: Sequence[Failure]
    carried: Mapping[str, Any]


class StageWorker:
    """One actor of a stage. Segments of any plan come one by one; an analyzer is loaded at its first use and kept."""

    def __init__(self, stage_no: int, settings: Settings, reporter: Reporter | None = None) -> None:
        configure(settings.log_level)
        cv2.setNumThreads(1)
        self._stage_no, self._settings = stage_no, settings
        self._archive = Archive(settings.archive_dir)
        self._readers = Readers()
        self._analyzers: dict[tuple[str, str], Analyzer[Any]] = {}
        self._reporter = reporter or Unheard()
        self._reporter.arrive()

    def __call__(self, rows: pa.Table) -> Iterator[pa.Table]:
        """Rows of `task.ROW` in and out: segments are worked on, news is passed through."""
        for index in range(rows.num_rows):
            one = rows.slice(index, 1)
            if one["kind"][0].as_py() != "segment":
                yield one
            elif self._reporter.begin(one["ticket"][0].as_py()):
                try:
                    yield from self._segment(one)
                finally:
                    self._reporter.end()

    def close(self) -> None:
        """End its decoder. An actor need not be told: with it the decoder ends too."""
        self._readers.close()

    def _segment(self, given: pa.Table) -> Iterator[pa.Table]:
        text, ticket = given["task"][0].as_py(), given["ticket"][0].as_py()
        segment = segment_of(text)
        if segment.stream == "sight":
            poisonous(segment.content_id, segment.no)
        try:
            yield from self._analyze(SegmentTask.from_json(text), ticket, given)
        except AimaError as error:
            yield outcome_row(Failure(segment, None, error.code, error.message), ticket)
        except Exception as error:
            logger("pipeline.worker").exception("segment failed")
            failure = Failure(segment, None, "analysis_failed", f"{type(error).__name__}: {error}")
            yield outcome_row(failure, ticket)

    def _analyze(self, task: SegmentTask, ticket: int, given: pa.Table) -> Iterator[pa.Table]:
        media = self._settings.media.model_copy(update=task.reading)
        work = self._heard if task.segment.stream == "sound" else self._seen
        part = work(task, given, media)
        done = _joined(given, Finished(task.segment, part.receipts, part.decode_cpu_s))
        for failure in part.failures:
            yield outcome_row(failure, ticket)
        if self._is_last(task):
            yield outcome_row(done, ticket)
        else:
            yield row("segment", task=task.to_json(), ticket=ticket, news=news_of(done), **part.carried)

    def _is_last(self, task: SegmentTask) -> bool:
        return self._stage_no == len(task.plan.stages) - 1

    def _runs(self, steps: Sequence[Step], task: SegmentTask) -> list[Run]:
        return [Run(self._analyzer(step), step, task, self._archive) for step in steps]

    def _seen(self, task: SegmentTask, given: pa.Table, media: Media) -> _Part:
        stage = task.plan.stages[self._stage_no]
        runs = self._runs(stage.of("sight"), task)
        work = SegmentWork(task, runs, stage.carries, round(1_000_000 / media.sample_fps), given)
        decode_cpu_s = self._look(work, task, given, media)
        return _Part(work.finish(self._archive), decode_cpu_s, work.failures, work.carried())

    def _heard(self, task: SegmentTask, given: pa.Table, media: Media) -> _Part:
        """Sound is decoded by the stage that has its analyzers, and passes the others as it came."""
        steps = needed(task.plan.stages[self._stage_no].of("sound"), task.wanted)
        if not steps:
            return _Part((), None, [], {})
        runs, is_last = self._runs(steps, task), self._is_last(task)
        work = SoundWork(task, runs, lambda done_us: self._reporter.reach(done_us if is_last else None))
        before = self._readers.cpu_s
        sound = self._readers.sound(task, media)
        decode_cpu_s = max(0.0, self._readers.cpu_s - before)
        return _Part(work.hear(sound), decode_cpu_s, work.failures, {})

    def _look(self, work: SegmentWork, task: SegmentTask, given: pa.Table, media: Media) -> float | None:
        """Work on every chunk. Gives the CPU seconds of decoding; None if the pixels were sent."""
        is_sent, is_last = given["frames"][0].is_valid, self._is_last(task)
        before = self._readers.cpu_s
        for chunk in sent_chunks(given) if is_sent else self._readers.chunks(task, media):
            work.add(chunk)
            if len(chunk.pts_us):
                self._reporter.reach(int(chunk.pts_us[-1]) - task.segment.start_us if is_last else None)
        return None if is_sent else max(0.0, self._readers.cpu_s - before)

    def _analyzer(self, step: Step) -> Analyzer[Any]:
        """The analyzer of a step with its model.

        Raises:
            ModelError: see `aima.models.loader.load`; ModelMissing too if what is here is of another version.
        """
        key = (step.analyzer, step.model_version)
        if key not in self._analyzers:
            analyzer = registry.get(step.analyzer)()
            model = load(self._settings, step.model) if step.model else None
            version = f"{model.model_version if model else analyzer.name}+{analyzer.version}"
            if version != step.model_version:
                raise ModelMissing(
                    f"{step.analyzer} was to run {step.model_version}, but this worker has {version}",
                    "bring all machines to one version, or analyze anew",
                )
            analyzer.load(model)
            self._analyzers[key] = analyzer
        return self._analyzers[key]


def _joined(given: pa.Table, done: Finished) -> Finished:
    """What this stage and, if there were any, the earlier ones finished."""
    if not given["news"][0].is_valid:
        return done
    before = finished_from(given["news"][0].as_py())
    spent = [s for s in (before.decode_cpu_s, done.decode_cpu_s) if s is not None]
    return Finished(done.segment, before.receipts + done.receipts, sum(spent) if spent else None)
