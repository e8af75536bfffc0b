"""Analyses: from files to observations, tracks and persons."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from aima.domain.job import Job
from aima.domain.media import Medium, Segment
from aima.errors import MediaError
from aima.pipeline import resume
from aima.pipeline.plan import Place, Plan, make_plan
from aima.pipeline.progress import Listener, Meter
from aima.pipeline.task import Failure, Finished, Outcome, SegmentTask
from aima.services.fusion import FusionReport, FusionService
from aima.services.intake import Intake, find_files
from aima.settings import Settings
from aima.stores.ports import JobStore, MediaStore, ObservationStore

ATTEMPTS = 2
"""A segment that fails is tried once more, then noted."""

Wanted = Mapping[str, Mapping[str, Any]]
State = Literal["done", "failed"]


class Runner(Protocol):
    """Runs tasks somewhere; `bootstrap` gives the one on Ray."""

    def places(self) -> Sequence[Place]:
        """Where the stages of a plan run."""
        ...

    def run(self, tasks: Sequence[SegmentTask], plan: Plan) -> Iterator[Outcome]:
        """Outcomes as they come."""
        ...


@dataclass(frozen=True, slots=True)
class FileReport:
    """How one file ended. `known`: every observation was there before. `code`, `detail`: why it failed, or what is
    left out."""

    path: str
    state: State
    known: bool = False
    media_id: str | None = None
    code: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class AnalysisReport:
    """How an analysis ended. `cpu_s`: CPU seconds by analyzer, and of decoding."""

    files: tuple[FileReport, ...]
    segments: int
    cpu_s: dict[str, float]
    fusion: FusionReport

    @property
    def failed(self) -> tuple[FileReport, ...]:
        """The files that failed."""
        return tuple(f for f in self.files if f.state == "failed")


class AnalysisStores(Protocol):
    """The stores that an analysis writes."""

    @property
    def media(self) -> MediaStore:
        """Media and segments."""
        ...

    @property
    def jobs(self) -> JobStore:
        """Jobs."""
        ...

    @property
    def observations(self) -> ObservationStore:
        """Markers and crops."""
        ...


@dataclass
class _Tally:
    """What came in of one run over the tasks."""

    failures: dict[tuple[str, int], Failure] = field(default_factory=dict)
    problems: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    cpu_s: dict[str, float] = field(default_factory=dict)

    def see(self, outcome: Outcome) -> None:
        if isinstance(outcome, Failure):
            self.failures[outcome.segment.content_id, outcome.segment.no] = outcome
        elif isinstance(outcome, Finished):
            self._spend("decode", outcome.decode_cpu_s)
            for receipt in outcome.receipts:
                self._spend(receipt.key.analyzer, receipt.cpu_s)
                noted = [{"code": p.code, "analyzer": p.source, "detail": p.detail} for p in receipt.problems]
                self.problems.setdefault(receipt.key.content_id, []).extend(noted)

    def _spend(self, name: str, seconds: float) -> None:
        self.cpu_s[name] = self.cpu_s.get(name, 0.0) + seconds


class AnalysisService:
    """Takes files in, runs what is missing on them, and fuses the archive."""

    def __init__(
        self,
        settings: Settings,
        stores: AnalysisStores,
        intake: Intake,
        fusion: FusionService,
        runner: Runner,
    ) -> None:
        self._settings, self._stores, self._intake = settings, stores, intake
        self._fusion, self._runner = fusion, runner

    def analyze(self, paths: Sequence[Path], wanted: Wanted, listener: Listener | None = None) -> AnalysisReport:
        """Analyze files and folders. One bad file never stops the others; equal bytes are analysed once.

        Raises:
            PlanInvalid: before anything starts, if the analyzers do not fit together.
            ModelMissing: before anything starts, if a model is not built.
            MediaMissing: a path does not exist.
        """
        self.plan(wanted, ())
        refused: list[FileReport] = []
        taken: dict[Path, Medium] = {}
        for path in find_files(paths):
            try:
                taken[path] = self._intake.take(path)
            except MediaError as error:
                refused.append(FileReport(str(path), "failed", code=error.code, detail=error.message))
        ended, tally, segments = self._analyze_media(list(taken.values()), wanted, listener)
        files = [self._report(path, ended[medium.media_id]) for path, medium in taken.items()]
        fusion = self._fusion.fuse(self._settings.user)
        ordered = sorted([*files, *refused], key=lambda f: f.path)
        return AnalysisReport(tuple(ordered), segments, tally.cpu_s, fusion)

    def plan(self, wanted: Wanted, places: Sequence[Place]) -> Plan:
        """The plan for these analyzers with the models that are configured; no places: one worker for all."""
        models = self._intake.models(wanted)
        return make_plan(wanted, models, self._settings.media, places or (Place("sight"),))

    def _analyze_media(
        self, media: Sequence[Medium], wanted: Wanted, listener: Listener | None
    ) -> tuple[dict[str, FileReport], _Tally, int]:
        plan = self.plan(wanted, ())
        segments = {m.content_id: self._stores.media.segments(m.content_id) for m in media}
        tasks = self._missing(plan, media, segments)
        todo = {t.segment.content_id for t in tasks}
        jobs = {m.media_id: self._start(m, plan) for m in media if m.content_id in todo}
        tally = self._run(tasks, wanted, plan, listener, lambda a: self._missing(plan, media, segments, a))
        left = {(t.segment.content_id, t.segment.no) for t in self._missing(plan, media, segments)}
        ended = {m.media_id: _ended(m, segments[m.content_id], left, tally, m.content_id not in todo) for m in media}
        for identity, job_id in jobs.items():
            self._end(job_id, ended[identity], tally)
        return ended, tally, len(tasks)

    def _missing(
        self, plan: Plan, media: Sequence[Medium], segments: Mapping[str, Sequence[Segment]], attempt: int = 1
    ) -> list[SegmentTask]:
        done = self._stores.observations.done(resume.keys(plan, {m.content_id for m in media}))
        return resume.missing(plan, media, segments, done, attempt)

    def _run(
        self,
        tasks: Sequence[SegmentTask],
        wanted: Wanted,
        plan: Plan,
        listener: Listener | None,
        again: Callable[[int], list[SegmentTask]],
    ) -> _Tally:
        tally = _Tally()
        if not tasks:
            return tally
        placed = self.plan(wanted, self._runner.places())
        meter = Meter(tasks, listener)
        waiting = list(tasks)
        for attempt in range(1, ATTEMPTS + 1):
            for outcome in self._runner.run(waiting, placed):
                if isinstance(outcome, Finished):
                    self._stores.observations.commit(outcome.receipts)
                tally.see(outcome)
                meter.see(outcome)
            waiting = again(attempt + 1)
            if not waiting:
                break
        return tally

    def _start(self, medium: Medium, plan: Plan) -> str:
        analyzers = {step.analyzer: step.describe() for step in plan.steps}
        job = Job(str(uuid.uuid4()), medium.media_id, analyzers)
        self._stores.jobs.add(job)
        self._stores.jobs.set_state(job.job_id, "running")
        return job.job_id

    def _end(self, job_id: str, report: FileReport, tally: _Tally) -> None:
        problems = tally.problems.get(report.path, [])
        self._stores.jobs.set_state(job_id, report.state, code=report.code, detail=report.detail, problems=problems)

    @staticmethod
    def _report(path: Path, ended: FileReport) -> FileReport:
        return FileReport(str(path), ended.state, ended.known, ended.media_id, ended.code, ended.detail)


def _ended(
    medium: Medium, segments: Sequence[Segment], left: set[tuple[str, int]], tally: _Tally, known: bool
) -> FileReport:
    """The report of a medium; its `path` holds the content id, under which problems are tallied."""
    missing = [s.no for s in segments if (s.content_id, s.no) in left]
    if missing:
        failure = tally.failures.get((medium.content_id, missing[0]))
        code = failure.code if failure else "worker_died"
        why = failure.detail if failure else "the worker died while it was at it"
        detail = f"{len(missing)} of {len(segments)} segments failed: {why}"
        return FileReport(medium.content_id, "failed", False, medium.media_id, code, detail)
    remark = _left_out(medium, tally.problems.get(medium.content_id, []))
    return FileReport(medium.content_id, "done", known, medium.media_id, *remark)


def _left_out(medium: Medium, problems: Sequence[Mapping[str, Any]]) -> tuple[str | None, str | None]:
    if medium.info.kind == "audio":
        return "nothing_to_see", "sound only: this version analyses pictures"
    if medium.info.partial:
        return "partial", "the file is truncated or damaged: what could be read was analysed"
    if problems:
        return str(problems[0]["code"]), f"{len(problems)} problems, the first: {problems[0]['detail']}"
    return None, None
