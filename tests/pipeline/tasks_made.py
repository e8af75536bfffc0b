"""Tasks for workers, made without a queue, and what a stream says of them."""

from __future__ import annotations

import hashlib
import queue
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from aima.analyzers import registry
from aima.media.gate import inspect
from aima.media.segments import plan_segments
from aima.models.catalogue import find
from aima.pipeline.events import Event
from aima.pipeline.plan import Place, make_plan, request_of
from aima.pipeline.task import SegmentTask
from aima.settings import Settings


def models_of(settings: Settings, names: Sequence[str]) -> dict[str, tuple[str, str]]:
    """(catalogue name, model version) by task, for these analyzers."""
    entries = {task: find(settings, task) for name in names if (task := registry.get(name).task)}
    return {task: (entry.name, f"{entry.name}@{entry.version}") for task, entry in entries.items()}


def task_of(
    settings: Settings,
    path: Path,
    wanted: Mapping[str, Mapping[str, Any]],
    places: Sequence[Place],
    **reading: Any,
) -> SegmentTask:
    """The first segment of a file, with everything wanted still to do. reading: changed settings of the reader."""
    media = settings.media.model_copy(update=reading)
    plan = make_plan(wanted, models_of(settings, list(wanted)), media, places)
    info = inspect(path, settings.media)
    segment = plan_segments(hashlib.sha256(path.read_bytes()).hexdigest(), info)[0]
    return SegmentTask(str(path), info, segment, tuple(wanted), plan=plan, reading=request_of(plan, media)["reading"])


def numbered(task: SegmentTask, no: int) -> SegmentTask:
    """The same piece of the medium as another segment."""
    return replace(task, segment=replace(task.segment, no=no))


class Heard:
    """What a stream said, in order, with the seconds of a steady clock at which it did."""

    def __init__(self) -> None:
        self._coming: queue.SimpleQueue[tuple[float, Event]] = queue.SimpleQueue()
        self.events: list[Event] = []
        self.times: list[float] = []

    def __call__(self, event: Event) -> None:
        self._coming.put((time.monotonic(), event))

    def until(self, is_it: Callable[[Event], bool], timeout_s: float = 300.0) -> Event:
        """Wait for such an event.

        Raises:
            queue.Empty: it did not come in time.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            moment, event = self._coming.get(timeout=max(0.0, deadline - time.monotonic()))
            self.events.append(event)
            self.times.append(moment)
            if is_it(event):
                return event

    def of(self, kind: type, no: int | None = None) -> list[Any]:
        """The events of a kind, of a segment by number."""
        return [e for e in self.events if isinstance(e, kind) and (no is None or e.segment.no == no)]
