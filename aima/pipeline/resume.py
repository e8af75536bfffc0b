"""Run only what is missing: the marker rows say what has been observed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from aima.domain.media import Medium, Segment
from aima.domain.observation import ObservationKey
from aima.pipeline.plan import Plan
from aima.pipeline.task import SegmentTask
from aima.pipeline.write import name_of

Done = set[tuple[ObservationKey, int]]


def keys(plan: Plan, content_ids: Iterable[str]) -> list[ObservationKey]:
    """Every observation key of the plan on the given contents."""
    return [step.key(content_id) for content_id in content_ids for step in plan.steps]


def missing(
    plan: Plan,
    media: Sequence[Medium],
    segments: Mapping[str, Sequence[Segment]],
    done: Done,
    attempt: int = 1,
) -> list[SegmentTask]:
    """Tasks for what is not done yet, each content once; analyzers that were run before are given as stored."""
    tasks: list[SegmentTask] = []
    for medium in {m.content_id: m for m in media}.values():
        for segment in segments[medium.content_id]:
            task = _task(plan, medium, segment, done, attempt)
            if task.wanted:
                tasks.append(task)
    return tasks


def _task(plan: Plan, medium: Medium, segment: Segment, done: Done, attempt: int) -> SegmentTask:
    wanted: list[str] = []
    stored: dict[str, str] = {}
    for step in plan.steps:
        key = step.key(medium.content_id)
        if (key, segment.no) in done:
            stored[step.analyzer] = name_of(key, segment.no)
        else:
            wanted.append(step.analyzer)
    return SegmentTask(medium.path, medium.info, segment, tuple(wanted), stored, attempt, medium.size)
