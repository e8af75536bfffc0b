"""Flows without a cluster: a stream whose segments are worked on in this process, or as a test says."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from aima.domain.queue import Node
from aima.errors import AimaError, AnalysisFailed
from aima.pipeline.events import Begun, Ended, Hear, Lost
from aima.pipeline.plan import Place
from aima.pipeline.task import Finished, SegmentTask, outcomes, task_row
from aima.pipeline.worker import StageWorker
from aima.settings import Settings

NODE = Node("here", "1")
Work = Callable[[SegmentTask, Hear], None]


@dataclass
class HandFlow:
    """Opens streams whose segments stay where they are until `work` or the test itself says what becomes of them."""

    work: Work = lambda task, hear: None
    workers: int = 2
    refusals: list[AimaError] = field(default_factory=list)
    streams: list[HandStream] = field(default_factory=list)
    left: int = 0

    def places(self) -> Sequence[Place]:
        return (Place("sight", workers=self.workers),)

    def open(self, places: Sequence[Place], hear: Hear) -> HandStream:
        if self.refusals:
            raise self.refusals.pop(0)
        self.streams.append(HandStream(self, hear))
        return self.streams[-1]

    def leave(self) -> None:
        self.left += 1

    @property
    def stream(self) -> HandStream:
        return self.streams[-1]

    @property
    def put(self) -> list[SegmentTask]:
        """What was put into any stream."""
        return [task for stream in self.streams for task in stream.put_in]


@dataclass
class HandStream:
    """A stream of a `HandFlow`."""

    flow: HandFlow
    hear: Hear
    put_in: list[SegmentTask] = field(default_factory=list)
    is_closed: bool = False

    @property
    def workers(self) -> int:
        return self.flow.workers

    def put(self, task: SegmentTask) -> None:
        self.put_in.append(task)
        self.flow.work(task, self.hear)

    def close(self, timeout_s: float = 60.0) -> None:
        self.is_closed = True

    def begin(self, task: SegmentTask) -> None:
        self.hear(Begun(task.segment, 0, NODE, 4711))

    def lose(self, task: SegmentTask, *, is_suspect: bool) -> None:
        self.hear(Lost(task.segment, is_suspect, "the worker died while it was at it"))

    def crash(self) -> None:
        self.hear(Ended(AnalysisFailed("the workers are gone")))


def real_work(settings: Settings) -> Work:
    """Does a segment at once, as a worker does."""
    worker = StageWorker(0, settings)

    def work(task: SegmentTask, hear: Hear) -> None:
        hear(Begun(task.segment, 0, NODE, 4711))
        for table in worker(task_row(task)):
            for outcome in outcomes(table):
                hear(outcome)

    return work


def slow_work(of: Work, gate: threading.Semaphore) -> Work:
    """The same in a thread, each segment when the gate lets it."""

    def work(task: SegmentTask, hear: Hear) -> None:
        def run() -> None:
            gate.acquire()
            of(task, hear)

        threading.Thread(target=run, daemon=True).start()

    return work


def nothing_seen(task: SegmentTask, hear: Hear) -> None:
    """Finish a segment without observing anything."""
    hear(Finished(task.segment, (), None))
