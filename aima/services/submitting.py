"""From media to jobs: what is missing of each, and whether a job is needed for it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aima.domain.job import Job
from aima.domain.media import Medium, Segment
from aima.pipeline import resume
from aima.pipeline.plan import Plan, request_of
from aima.settings import Settings
from aima.stores.ports import Stores


@dataclass(frozen=True, slots=True)
class Demand:
    """What a plan wants of a medium. segments: of the streams that its analyzers work on. done: what is committed."""

    medium: Medium
    segments: Sequence[Segment]
    done: resume.Done
    analyzers: Mapping[str, Mapping[str, Any]]

    @property
    def complete(self) -> list[tuple[str, int]]:
        """(stream, no) of the segments that miss nothing."""
        return resume.complete(self.analyzers, self.segments, self.done)

    @property
    def missing(self) -> int:
        """How many segments miss something."""
        return len(self.segments) - len(self.complete)

    @property
    def is_known(self) -> bool:
        """There are observations, and none is missing."""
        return bool(self.segments) and not self.missing


class Submitting:
    """Makes jobs of media, with what a fleet needs to run them without looking at settings."""

    def __init__(self, settings: Settings, stores: Stores) -> None:
        self._settings, self._stores, self._queue = settings, stores, stores.queue

    def demands(self, media: Sequence[Medium], plan: Plan) -> list[Demand]:
        """What a plan wants of these media."""
        analyzers = {step.analyzer: step.describe() for step in plan.steps}
        keys = [key for medium in media for key in resume.keys(analyzers, medium.content_id).values()]
        done = self._stores.observations.done(keys)
        return [Demand(m, self._segments(m, analyzers), done, analyzers) for m in media]

    def submit(self, demands: Sequence[Demand], plan: Plan, priority: int) -> list[Job]:
        """Queue what is missing, or was last analysed in another way; gives the jobs that do it.

        Also what misses nothing though its last job failed: who did it was killed before it could say so. An open job
        of the same medium and analyzers is joined, with the higher of the two priorities.
        """
        latest = self._stores.jobs.newest_ended([d.medium.media_id for d in demands])
        request = request_of(plan, self._settings.media)
        jobs: list[Job] = []
        for demand in demands:
            ended = latest.get(demand.medium.media_id)
            joined = self._joined(demand, priority)
            if joined:
                jobs.append(joined)
            elif _is_wanted(demand, ended.job if ended else None):
                jobs.append(self._add(demand, request, priority))
        return jobs

    def _segments(self, medium: Medium, analyzers: Mapping[str, Any]) -> list[Segment]:
        return resume.concerned(analyzers, self._stores.media.segments(medium.content_id))

    def _joined(self, demand: Demand, priority: int) -> Job | None:
        """The open job that does the same. One that is not in the queue was broken off, and is ended."""
        found = None
        for job in self._stores.jobs.of_medium(demand.medium.media_id):
            if job.has_ended:
                continue
            if demand.segments and not self._queue.progress([job.job_id])[0].segments:
                words = "taken up again by a later job"
                self._stores.jobs.set_state(job.job_id, "failed", code="interrupted", detail=words)
            elif job.analyzers == demand.analyzers:
                found = job
        if found and found.priority < priority:
            self._queue.prioritise([found.job_id], priority)
        return found

    def _add(self, demand: Demand, request: dict[str, Any], priority: int) -> Job:
        analyzers = {name: dict(step) for name, step in demand.analyzers.items()}
        job = Job(str(uuid.uuid4()), demand.medium.media_id, analyzers, priority=priority, request=request)
        self._queue.submit(job, demand.segments, demand.complete)
        return job


def _is_wanted(demand: Demand, last: Job | None) -> bool:
    if demand.missing or last is None or (last.state == "failed" and demand.is_known):
        return True
    return any(last.analyzers.get(name) != step for name, step in demand.analyzers.items())
