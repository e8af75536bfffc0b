"""What follows when segments are done: what was observed is fused, and jobs with nothing left to do are ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from aima.domain.job import Job
from aima.domain.queue import JobProgress
from aima.errors import AimaError, AnalysisFailed, StoreUnreachable
from aima.pipeline import resume
from aima.services import journal
from aima.services.dispatching.notices import Post, Settled
from aima.services.fusion import FusionService
from aima.services.hearings import HearingService
from aima.services.inputs import Unmade
from aima.services.metrics import MetricsService
from aima.services.reports import Verdict, judged
from aima.services.sightings import SightingService
from aima.settings import Settings
from aima.stores.ports import Stores
from aima.telemetry.failures import log_failure


@dataclass(frozen=True, slots=True)
class _Ending:
    """A job that has nothing left to do, the content of its medium, and how it ends."""

    progress: JobProgress
    content_id: str
    verdict: Verdict

    @property
    def job(self) -> Job:
        """The job as it will be."""
        return replace(self.progress.job, state=self.verdict.state)


@dataclass(frozen=True, slots=True)
class Makers:
    """Who makes results of what was observed."""

    fusion: FusionService
    sightings: SightingService
    hearings: HearingService
    metrics: MetricsService


class FinishingService:
    """Fuses what was observed and ends jobs. A job is ended only after what it observed has been fused."""

    def __init__(self, settings: Settings, stores: Stores, makers: Makers) -> None:
        self._settings, self._stores, self._makers = settings, stores, makers
        self._unseen: tuple[Unmade, ...] = ()
        self._unheard: tuple[Unmade, ...] = ()

    def finish(self, job_ids: Collection[str] | None, *, has_news: bool) -> AimaError | None:
        """End these jobs, or all, as far as they have nothing left to do. has_news: fuse also if there are none.

        Gives what kept the result from being whole: the jobs are ended nevertheless, and their remarks tell it.

        Raises:
            StoreUnreachable: the database does not answer; what was not done is done by the next finishing.
        """
        endings = [self._judge(progress) for progress in self._stores.queue.finished_jobs(job_ids)]
        if not endings and not has_news:
            return None
        error = self._fuse(endings)
        self._end(endings, error)
        if endings:
            self._makers.metrics.refresh(self._settings.metrics.refresh_s)
        return error

    def take_unseen(self) -> tuple[Unmade, ...]:
        """Contents whose sightings were not whole when jobs were ended last; told once."""
        unseen, self._unseen = self._unseen, ()
        return unseen

    def take_unheard(self) -> tuple[Unmade, ...]:
        """The same of hearings."""
        unheard, self._unheard = self._unheard, ()
        return unheard

    def _judge(self, progress: JobProgress) -> _Ending:
        job = progress.job
        (medium,) = self._stores.media.of([job.media_id])
        segments = resume.concerned(job.analyzers, self._stores.media.segments(medium.content_id))
        try:
            own = set(resume.keys(job.analyzers, medium.content_id).values())
        except (KeyError, TypeError):
            words = f"{medium.filename}: its job does not say what to observe"
            return _Ending(progress, medium.content_id, Verdict("failed", "plan_invalid", words))
        done = self._stores.observations.done(own)
        left = {(s.stream, s.no) for s in segments if resume.missing(job.analyzers, s, done).wanted}
        receipts = self._stores.observations.receipts(medium.content_id)
        noted = [
            {"code": p.code, "analyzer": p.source, "detail": p.detail}
            for receipt in receipts
            if receipt.key in own
            for p in receipt.problems
        ]
        return _Ending(progress, medium.content_id, judged(medium, len(segments), left, progress.failures, noted))

    def _fuse(self, endings: Sequence[_Ending]) -> AimaError | None:
        ending = _by_content(endings)
        try:
            if endings:  # persons are made of what is heard, too
                self._unheard = self._makers.hearings.refresh(ending=ending).unheard
            self._makers.fusion.fuse(self._settings.user, ending=ending)
            if endings:
                self._unseen = self._makers.sightings.refresh(ending=ending).unseen
        except StoreUnreachable:
            raise
        except Exception as error:
            log_failure("results not whole", error)
            return error if isinstance(error, AimaError) else _unexpected(error)
        return None

    def _end(self, endings: Sequence[_Ending], error: AimaError | None) -> None:
        if not endings:
            return
        still = {p.job.job_id for p in self._stores.queue.finished_jobs([e.job.job_id for e in endings])}
        for ending in endings:
            if ending.job.job_id in still:  # else it was cancelled, or another fleet was quicker
                self._end_one(ending.job.job_id, ending.verdict, error)

    def _end_one(self, job_id: str, verdict: Verdict, error: AimaError | None) -> None:
        code, detail = verdict.code, verdict.detail
        if error and code is None:
            code, detail = error.code, error.message
        self._stores.jobs.set_state(job_id, verdict.state, code=code, detail=detail, problems=verdict.problems)
        journal.job_ended(job_id, verdict.state, code, problems=len(verdict.problems))


def _by_content(endings: Sequence[_Ending]) -> Mapping[str, Sequence[Job]]:
    found: dict[str, list[Job]] = {}
    for ending in endings:
        found.setdefault(ending.content_id, []).append(ending.job)
    return found


def _unexpected(error: Exception) -> AnalysisFailed:
    return AnalysisFailed(f"results not made: {type(error).__name__}: {error}", "see the log, then repeat")


class Finisher:
    """Finishes in a thread of its own, one time after the other, so that segments are committed meanwhile."""

    def __init__(self, service: FinishingService, post: Post) -> None:
        self._service, self._post = service, post
        self._thread: threading.Thread | None = None

    @property
    def is_busy(self) -> bool:
        """A notice `Settled` will come."""
        return self._thread is not None

    def start(self, job_ids: Collection[str] | None, *, has_news: bool) -> None:
        """Begin; nothing else is being finished."""
        self._thread = threading.Thread(target=self._run, args=(job_ids, has_news), name="finisher", daemon=True)
        self._thread.start()

    def settled(self) -> None:
        """The notice came."""
        self._thread = None

    def join(self, timeout_s: float) -> None:
        """Wait for what is being finished."""
        if self._thread:
            self._thread.join(timeout_s)

    def _run(self, job_ids: Collection[str] | None, has_news: bool) -> None:
        began, error = time.monotonic(), None
        try:
            error = self._service.finish(job_ids, has_news=has_news)
        except AimaError as failure:
            error = failure
        except Exception as failure:
            log_failure("jobs not ended", failure)
            error = _unexpected(failure)
        self._post(Settled(time.monotonic() - began, error))
