"""Analyses: from files to observations, tracks and persons."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from aima.domain.job import Job
from aima.domain.media import Medium
from aima.errors import AimaError, AnalysisLeft, MediaError
from aima.pipeline import resume
from aima.pipeline.events import Flow
from aima.pipeline.plan import Place, Plan, make_plan
from aima.pipeline.progress import Listener
from aima.services import journal
from aima.services.dispatching import fleets
from aima.services.dispatching.dispatcher import Dispatcher
from aima.services.dispatching.finishing import FinishingService, Makers
from aima.services.fusion import FusionReport
from aima.services.hearings import HearingReport, report_of
from aima.services.inputs import Unmade
from aima.services.intake import Intake, find_files
from aima.services.reports import AnalysisReport, FileReport, known, refused, told
from aima.services.sightings import SightingReport
from aima.services.submitting import Demand, Submitting
from aima.services.waiting import Waiting
from aima.settings import Settings
from aima.stores.ports import Stores

LOOK_S: Final = 0.25
"""How often somebody who waits for a fleet looks how far it is."""

Wanted = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class _Before:
    """What there was before an analysis: the run that stood, and what sightings and hearings were made of."""

    run_id: str | None
    sightings: Mapping[str, str]
    hearings: Mapping[str, str]


class AnalysisService:
    """Takes files in, has what is missing on them done, and fuses the archive."""

    def __init__(
        self,
        settings: Settings,
        stores: Stores,
        intake: Intake,
        makers: Makers,
        flow: Flow,
    ) -> None:
        self._settings, self._stores, self._intake = settings, stores, intake
        self.fusion, self.sightings, self.hearings = makers.fusion, makers.sightings, makers.hearings
        self._metrics, self._flow = makers.metrics, flow
        self._submitting = Submitting(settings, stores)
        self.finishing = FinishingService(settings, stores, makers)

    def analyze(
        self,
        paths: Sequence[Path],
        wanted: Wanted,
        listener: Listener | None = None,
        *,
        priority: int = 0,
        wait: bool = True,
    ) -> AnalysisReport:
        """Analyze files and folders. One bad file never stops the others; equal bytes are analysed once.

        A fleet that lives on this machine does it; without one this process does. wait: until all of it is done; else
        its files are reported as "queued", and nothing is fused yet.

        Raises:
            PlanInvalid: before anything starts, if the analyzers do not fit together.
            ModelMissing: before anything starts, if a model is not built.
            MediaMissing: a path does not exist.
            AnalysisLeft: the user does not want to wait any more; a fleet goes on.
        """
        plan = self.plan(wanted, ())
        files, unreadable = find_files(paths)
        reports = [refused(path, error, named=True) for path, error in unreadable.items()]
        taken: dict[Path, Medium] = {}
        for path in files:
            try:
                taken[path] = self._intake.take(path)
            except MediaError as error:
                reports.append(refused(path, error, named=path in paths))
        demands = self._submitting.demands(list({m.media_id: m for m in taken.values()}.values()), plan)
        before = self._before()
        jobs = self._submitting.submit(demands, plan, priority)
        if wait:
            self.wait(jobs, listener)
        by_medium = self._reports(demands, jobs)
        reports += [by_medium[medium.media_id].at(path) for path, medium in taken.items()]
        ordered = tuple(sorted(reports, key=lambda r: r.path))
        return self._whole(ordered, sum(demand.missing for demand in demands), before, wait)

    def submit(self, media: Sequence[Medium], wanted: Wanted, priority: int = 0) -> list[Job]:
        """Queue what is missing of media that are taken in; an open job that does the same is joined.

        Raises:
            PlanInvalid, ModelMissing: see `analyze`.
        """
        plan = self.plan(wanted, ())
        return self._submitting.submit(self._submitting.demands(media, plan), plan, priority)

    def wait(self, jobs: Sequence[Job], listener: Listener | None = None) -> None:
        """Wait until these jobs have ended; they are done here where no fleet lives that does.

        Raises:
            AnalysisLeft: the user does not want to wait any more; a fleet goes on.
            ArchiveDamaged: observations of the archive are damaged; the jobs have ended.
        """
        waiting = Waiting(self._stores.queue, [job.job_id for job in jobs], listener)
        waiting.look()
        while not waiting.is_over:
            if self._is_left_to_others(waiting.open):
                self._follow(waiting)
            else:
                self._dispatch(waiting)

    def fuse(self) -> tuple[FusionReport, SightingReport, HearingReport]:
        """Link persons anew from everything that was observed, and bring what is seen beside them and heard up to date.

        Raises:
            ArchiveDamaged: observations are missing or damaged; their segment runs again with the next analysis.
        """
        heard = self.hearings.refresh()  # persons are made of what is heard, too
        fused, seen = self.fusion.fuse(self._settings.user, anew=True), self.sightings.refresh()
        self._metrics.refresh()
        return fused, seen, heard

    def dispatcher(self, name: str | None = None) -> Dispatcher:
        """A dispatcher for this process, to be run once. name: that of a fleet which takes whatever is queued."""
        return Dispatcher(self._settings, self._stores, self._flow, self.finishing, fleets.new_fleet(name))

    def plan(self, wanted: Wanted, places: Sequence[Place]) -> Plan:
        """The plan for these analyzers with the models that are configured; no places: one worker for all."""
        models = self._intake.models(wanted)
        return make_plan(wanted, models, self._settings.media, places or (Place("workers"),))

    def _is_left_to_others(self, job_ids: Collection[str]) -> bool:
        """Whether a fleet lives that does these jobs; where nothing is missing it takes no workers to end them."""
        missing = any(p.done < p.segments for p in self._stores.queue.progress(job_ids))
        return missing and bool(fleets.resident(self._stores.queue))

    def _follow(self, waiting: Waiting) -> None:
        """Look how far a fleet is, until it is through, or has been gone for longer than it takes to start it again."""
        try:
            seen = looked = time.monotonic()
            while not waiting.is_over and looked - seen < fleets.ALIVE_S / 2:
                time.sleep(LOOK_S)
                waiting.look()
                if time.monotonic() - looked >= fleets.ALIVE_S / 6:
                    looked = time.monotonic()
                    if fleets.resident(self._stores.queue):
                        seen = looked
        except KeyboardInterrupt as error:
            ids = " ".join(job_id[:8] for job_id in sorted(waiting.open)[:3])
            raise AnalysisLeft(
                f"{len(waiting.open)} jobs go on in the background",
                f"watch them with: aima jobs list; end them with: aima jobs cancel {ids}",
            ) from error

    def _dispatch(self, waiting: Waiting) -> None:
        """Do the jobs in this process."""
        dispatcher = self.dispatcher()
        try:
            dispatcher.run(lambda: waiting.is_over, waiting.open, waiting.look)
        except BaseException as error:
            self._break_off(waiting.open, error)
            raise
        if dispatcher.error:
            raise dispatcher.error

    def _break_off(self, job_ids: Collection[str], error: BaseException) -> None:
        code, detail = (error.code, error.message) if isinstance(error, AimaError) else ("interrupted", repr(error))
        with suppress(AimaError):  # if the database is the reason, the next analysis joins these jobs
            for job_id in job_ids:
                self._stores.jobs.set_state(job_id, "failed", code=code, detail=detail)
                journal.job_ended(job_id, "failed", code)

    def _before(self) -> _Before:
        run = self._stores.persons.run()
        made = (self._stores.sightings.input_hashes(), self._stores.hearings.input_hashes())
        return _Before(run.run_id if run else None, *made)

    def _reports(self, demands: Sequence[Demand], jobs: Sequence[Job]) -> dict[str, FileReport]:
        """How each medium ended, by media_id."""
        progress = {p.job.media_id: p for p in self._stores.queue.progress([job.job_id for job in jobs])}
        reports: dict[str, FileReport] = {}
        for demand in demands:
            medium, mine = demand.medium, progress.get(demand.medium.media_id)
            if mine is None:
                reports[medium.media_id] = known(medium, len(demand.segments))
                continue
            report = told(medium, mine.job, self._spent(demand, mine.decode_cpu_s))
            reports[medium.media_id] = replace(report, known=demand.is_known and report.state == "done")
        return reports

    def _spent(self, demand: Demand, decode_cpu_s: float) -> dict[str, float]:
        """CPU seconds by analyzer, and of decoding, of what was observed since the demand was made."""
        content_id = demand.medium.content_id
        wanted = set(resume.keys(demand.analyzers, content_id).values())
        spent: defaultdict[str, float] = defaultdict(float)
        for receipt in self._stores.observations.receipts(content_id):
            if receipt.key in wanted and (receipt.key, receipt.segment_no) not in demand.done:
                spent[receipt.key.analyzer] += receipt.cpu_s
        return {**spent, "decode": decode_cpu_s} if spent else {}

    def _whole(self, files: tuple[FileReport, ...], segments: int, before: _Before, is_over: bool) -> AnalysisReport:
        total: Counter[str] = Counter()
        for file in files:
            total.update(file.cpu_s)
        if not is_over:
            return AnalysisReport(files, segments, dict(total), self.fusion.standing())
        heard = self._heard(self.hearings.refresh(), before.hearings)
        fusion = self.fusion.fuse(self._settings.user)
        seen = self._seen(self.sightings.refresh(), before.sightings)
        self._metrics.refresh()
        run = self._stores.persons.run()
        changed = fusion.changed or (run is not None and run.run_id != before.run_id)
        return AnalysisReport(files, segments, dict(total), replace(fusion, changed=changed), seen, heard)

    def _seen(self, last: SightingReport, before: Mapping[str, str]) -> SightingReport:
        """What is seen beside faces now and was not before, whoever made it."""
        made = _changed(before, self._stores.sightings.input_hashes())
        sightings = (self._stores.sightings.get(content_id) for content_id in made)
        findings = sum(len(sighting.findings) for sighting in sightings if sighting)
        return SightingReport(len(made), findings, _once(*self.finishing.take_unseen(), *last.unseen))

    def _heard(self, last: HearingReport, before: Mapping[str, str]) -> HearingReport:
        """The same of what is heard."""
        made = _changed(before, self._stores.hearings.input_hashes())
        hearings = [hearing for content_id in made if (hearing := self._stores.hearings.get(content_id))]
        return report_of(hearings, _once(*self.finishing.take_unheard(), *last.unheard))


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Contents whose hash is another one, or new."""
    return [content_id for content_id in after if after[content_id] != before.get(content_id)]


def _once(*unmade: Unmade) -> tuple[Unmade, ...]:
    return tuple({(one.content_id, one.code): one for one in unmade}.values())
