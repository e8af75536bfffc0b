"""Run only what is missing: the marker rows say what has been observed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aima.analyzers.registry import stream_of
from aima.domain.job import Job
from aima.domain.media import Medium, Segment
from aima.domain.observation import ObservationKey
from aima.pipeline.plan import Plan
from aima.pipeline.task import SegmentTask
from aima.pipeline.write import name_of

Done = set[tuple[ObservationKey, int]]
"""Observation keys and numbers of segments that are committed."""


@dataclass(frozen=True, slots=True)
class Missing:
    """What is to be done on a segment. wanted: analyzers, sorted. stored: archive names of the observations that are
    there, by analyzer."""

    wanted: tuple[str, ...]
    stored: Mapping[str, str]


Analyzers = Mapping[str, Mapping[str, Any]]
"""What makes the keys of a job's observations, by analyzer; see `Job.analyzers`."""


def keys(analyzers: Analyzers, content_id: str) -> dict[str, ObservationKey]:
    """The observation key of each analyzer on a content."""
    return {
        name: ObservationKey(content_id, name, step["model_version"], step["digest"])
        for name, step in analyzers.items()
    }


def concerned(analyzers: Analyzers, segments: Iterable[Segment]) -> list[Segment]:
    """The segments of the streams that these analyzers work on."""
    streams = set(map(stream_of, analyzers))
    return [segment for segment in segments if segment.stream in streams]


def missing(analyzers: Analyzers, segment: Segment, done: Done) -> Missing:
    """What is to be done on a segment by the analyzers of its stream."""
    of_stream = {name: step for name, step in analyzers.items() if stream_of(name) == segment.stream}
    own = keys(of_stream, segment.content_id)
    there = {name for name, key in own.items() if (key, segment.no) in done}
    stored = {name: name_of(own[name], segment.no) for name in sorted(there)}
    return Missing(tuple(sorted(own.keys() - there)), stored)


def complete(analyzers: Analyzers, segments: Iterable[Segment], done: Done) -> list[tuple[str, int]]:
    """(stream, no) of the segments that miss nothing."""
    return [(s.stream, s.no) for s in segments if not missing(analyzers, s, done).wanted]


def task_of(medium: Medium, segment: Segment, job: Job, plan: Plan, lacks: Missing, attempt: int = 1) -> SegmentTask:
    """The task that does what is missing, by the plan of its job."""
    return SegmentTask(
        path=medium.path,
        info=medium.info,
        segment=segment,
        wanted=lacks.wanted,
        stored=dict(lacks.stored),
        attempt=attempt,
        size=medium.size,
        plan=plan,
        reading=dict(job.request.get("reading", {})),
    )
