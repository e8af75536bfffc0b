"""Analyses: from files to observations, tracks and persons."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from aima.domain.job import Job, JobState
from aima.domain.media import Medium, Segment
from aima.errors import AimaError, MediaError
from aima.pipeline import resume
from aima.pipeline.plan import Place, Plan, make_plan
from aima.pipeline.progress import Listener, Meter
from aima.pipeline.task import Finished, Outcome, SegmentTask
from aima.services import journal
from aima.services.fusion import FusionService
from aima.services.intake import Intake, find_files
from aima.services.measuring import watching
from aima.services.metrics import MetricsService
from aima.services.reports import AnalysisReport, FileReport, Tally, ended, refused
from aima.services.sightings import SightingService
from aima.settings import Settings
from aima.stores.ports import Stores

ATTEMPTS = 2
"""A segment that fails is tried once more, then noted."""

Wanted = Mapping[str, Mapping[str, Any]]


class Runner(Protocol):
    """Runs tasks somewhere; `bootstrap` gives the one on Ray."""

    def places(self) -> Sequence[Place]:
        """Where the stages of a plan run."""
        ...

    def run(self, tasks: Sequence[SegmentTask], plan: Plan) -> Iterator[Outcome]:
        """Outcomes as they come."""
        ...


class AnalysisService:
    """Takes files in, runs what is missing on them, and fuses the archive."""

    def __init__(
        self,
        settings: Settings,
        stores: Stores,
        intake: Intake,
        fusion: FusionService,
        sightings: SightingService,
        metrics: MetricsService,
        runner: Runner,
    ) -> None:
        self._settings, self._stores, self._intake = settings, stores, intake
        self.fusion, self.sightings, self._metrics, self._runner = fusion, sightings, metrics, runner

    def analyze(self, paths: Sequence[Path], wanted: Wanted, listener: Listener | None = None) -> AnalysisReport:
        """Analyze files and folders. One bad file never stops the others; equal bytes are analysed once.

        Raises:
            PlanInvalid: before anything starts, if the analyzers do not fit together.
            ModelMissing: before anything starts, if a model is not built.
            MediaMissing: a path does not exist.
        """
        self.plan(wanted, ())
        files, unreadable = find_files(paths)
        reports = [refused(path, error, named=True) for path, error in unreadable.items()]
        taken: dict[Path, Medium] = {}
        for path in files:
            try:
                taken[path] = self._intake.take(path)
            except MediaError as error:
                reports.append(refused(path, error, named=path in paths))
        media = list({medium.media_id: medium for medium in taken.values()}.values())
        by_medium, tally, segments = self._analyze_media(media, wanted, listener)
        reports += [by_medium[medium.media_id].at(path) for path, medium in taken.items()]
        fusion = self.fusion.fuse(self._settings.user)
        sightings = self.sightings.refresh()
        self._metrics.refresh()
        return AnalysisReport(tuple(sorted(reports, key=lambda r: r.path)), segments, tally.cpu_s, fusion, sightings)

    def plan(self, wanted: Wanted, places: Sequence[Place]) -> Plan:
        """The plan for these analyzers with the models that are configured; no places: one worker for all."""
        models = self._intake.models(wanted)
        return make_plan(wanted, models, self._settings.media, places or (Place("sight"),))

    def _analyze_media(
        self, media: Sequence[Medium], wanted: Wanted, listener: Listener | None
    ) -> tuple[dict[str, FileReport], Tally, int]:
        plan = self.plan(wanted, ())
        segments = {m.content_id: self._stores.media.segments(m.content_id) for m in media}
        tasks = self._missing(plan, media, segments)
        todo = {t.segment.content_id for t in tasks}
        known = {m.content_id for m in media if segments[m.content_id]} - todo
        jobs = self._start_jobs(media, plan, todo, known)
        by_content = {m.content_id: jobs[m.media_id] for m in media if m.media_id in jobs}
        try:
            with watching(self._stores.metrics, tasks, by_content) as watch:
                heard_by = (Meter(tasks, listener).see, watch.see, journal.failures(by_content))
                tally = self._run(tasks, wanted, heard_by, lambda a: self._missing(plan, media, segments, a))
        except BaseException as error:
            self._break_off(jobs.values(), error)
            raise
        left = {(t.segment.content_id, t.segment.no) for t in self._missing(plan, media, segments)}
        reports = {m.media_id: ended(m, segments[m.content_id], left, tally, m.content_id in known) for m in media}
        for medium in media:
            if medium.media_id in jobs:
                self._end(jobs[medium.media_id], reports[medium.media_id], tally.problems.get(medium.content_id, []))
        return reports, tally, len(tasks)

    def _missing(
        self, plan: Plan, media: Sequence[Medium], segments: Mapping[str, Sequence[Segment]], attempt: int = 1
    ) -> list[SegmentTask]:
        done = self._stores.observations.done(resume.keys(plan, {m.content_id for m in media}))
        return resume.missing(plan, media, segments, done, attempt)

    def _run(
        self,
        tasks: Sequence[SegmentTask],
        wanted: Wanted,
        heard_by: Sequence[Callable[[Outcome], None]],
        again: Callable[[int], list[SegmentTask]],
    ) -> Tally:
        tally = Tally()
        if not tasks:
            return tally
        placed = self.plan(wanted, self._runner.places())
        waiting = list(tasks)
        for attempt in range(1, ATTEMPTS + 1):
            for outcome in self._runner.run(waiting, placed):
                if isinstance(outcome, Finished):
                    self._stores.observations.commit(outcome.receipts)
                tally.see(outcome)
                for hear in heard_by:
                    hear(outcome)
            waiting = again(attempt + 1)
            if not waiting:
                break
        return tally

    def _start_jobs(self, media: Sequence[Medium], plan: Plan, todo: set[str], whole: set[str]) -> dict[str, str]:
        """Job ids by medium, for the media that miss something or were last analysed in another way.

        Also for those that miss nothing though their last job failed: who did it was killed before it could say so.
        """
        analyzers = {step.analyzer: step.describe() for step in plan.steps}
        latest = {job.media_id: job for job in self._stores.jobs.ended()}
        started: dict[str, str] = {}
        for medium in media:
            last = latest.get(medium.media_id)
            is_stale = last is None or (last.state == "failed" and medium.content_id in whole)
            done = last.analyzers if last and not is_stale else {}
            if medium.content_id in todo or any(done.get(name) != step for name, step in analyzers.items()):
                started[medium.media_id] = self._start(medium, analyzers)
        return started

    def _start(self, medium: Medium, analyzers: dict[str, dict[str, Any]]) -> str:
        for job in self._stores.jobs.of_medium(medium.media_id):
            if job.state in {"queued", "running"}:
                self._stores.jobs.set_state(
                    job.job_id, "failed", code="interrupted", detail="taken up again by a later job"
                )
        job = Job(str(uuid.uuid4()), medium.media_id, analyzers)
        self._stores.jobs.add(job)
        self._stores.jobs.set_state(job.job_id, "running")
        return job.job_id

    def _break_off(self, job_ids: Iterable[str], error: BaseException) -> None:
        code, detail = (error.code, error.message) if isinstance(error, AimaError) else ("interrupted", repr(error))
        with suppress(AimaError):  # if the database is the reason, the next analysis finds these jobs
            for job_id in job_ids:
                self._stores.jobs.set_state(job_id, "failed", code=code, detail=detail)
                journal.job_ended(job_id, "failed", code)

    def _end(self, job_id: str, report: FileReport, problems: Sequence[dict[str, Any]]) -> None:
        state: JobState = "done" if report.state == "done" else "failed"
        self._stores.jobs.set_state(job_id, state, code=report.code, detail=report.detail, problems=problems)
        journal.job_ended(job_id, state, report.code, media_id=report.media_id, problems=len(problems))
