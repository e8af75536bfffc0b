"""A queue, an archive and dispatchers for tests: real stores, real fusion, observations that cost nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from aima.analyzers import registry
from aima.domain.job import Job
from aima.domain.media import Medium, Segment
from aima.domain.queue import JobProgress
from aima.models.model import Calibration
from aima.pipeline.events import Hear
from aima.pipeline.plan import Plan, fused, make_plan
from aima.pipeline.task import Finished, SegmentTask
from aima.pipeline.write import Cost, write_observations
from aima.services.analyses import AnalysisService
from aima.services.dispatching.dispatcher import Dispatcher
from aima.services.dispatching.finishing import FinishingService, Makers
from aima.services.dispatching.fleets import new_fleet
from aima.services.fusion import FusionService
from aima.services.hearings import HearingService
from aima.services.metrics import MetricsService
from aima.services.sightings import SightingService
from aima.services.submitting import Submitting
from aima.settings import Media, Settings
from aima.storage.archive import Archive
from aima.stores.postgres import PostgresStores
from tests.persons_made import SECOND, made_medium
from tests.pipeline.test_plan import MODELS
from tests.services.flows_made import NODE, HandFlow

WANTED = {"face_detector": {}, "face_embedder": {}}
PLAN: Plan = make_plan(WANTED, MODELS, Media(), fused(1))
LENGTH = 30 * SECOND
LONG_S = 20.0


class NoTexts:
    """There are no texts to be embedded."""

    def embed_missing(self, texts: Collection[str]) -> int:
        return len(list(texts))

    def embed_rest(self) -> int:
        return 0


@dataclass
class Bench:
    """Everything around a dispatcher."""

    settings: Settings
    stores: PostgresStores
    archive: Archive
    flow: HandFlow = field(default_factory=HandFlow)

    def __post_init__(self) -> None:
        calibration = Calibration(20.0, -8.0, "made up")
        fusion = FusionService(self.settings, self.stores, self.archive, calibration, "face_embedding@1")
        sightings = SightingService(self.stores, self.archive, NoTexts())
        hearings = HearingService(self.settings, self.stores, self.archive, NoTexts())
        self.makers = Makers(fusion, sightings, hearings, MetricsService(self.settings, self.stores))

    @property
    def queue(self):
        return self.stores.queue

    def analyses(self, flow: HandFlow | None = None) -> AnalysisService:
        return AnalysisService(self.settings, self.stores, None, self.makers, flow or self.flow)  # type: ignore[arg-type]

    def submit(self, name: str, segments: int = 3, owner: str = "local", **more) -> Job:
        """Queue an analysis of a medium of so many segments."""
        medium = self.add(name, segments, owner)
        submitting = Submitting(self.settings, self.stores)
        demands = submitting.demands([medium], PLAN)
        (job,) = submitting.submit(demands, PLAN, more.get("priority", 0))
        return job

    def add(self, name: str, segments: int = 3, owner: str = "local") -> Medium:
        medium = made_medium(name, self.stores.ensure_user(owner), 30 * segments)
        pieces = [Segment(medium.content_id, n, "sight", LENGTH * n, LENGTH * (n + 1)) for n in range(segments)]
        return self.stores.media.add(medium, pieces)

    def progress(self, job: Job) -> JobProgress:
        return self.queue.progress([job.job_id])[0]

    def state(self, job: Job) -> str:
        return self.progress(job).state

    def finish(self, task: SegmentTask) -> None:
        """A worker finishes a segment of the newest stream."""
        self.work(task, self.flow.stream.hear)

    def work(self, task: SegmentTask, hear: Hear) -> None:
        """Observe a segment: one face in every sample."""
        receipts = []
        for step in task.plan.steps:
            if step.analyzer in task.wanted:
                key = step.key(task.segment.content_id)
                table = observed(step.analyzer, task.segment)
                receipts.append(write_observations(self.archive, key, task.segment.no, table, Cost(0.1, 0.2)))
        hear(Finished(task.segment, tuple(receipts), 0.01))

    @contextmanager
    def running(self, name: str = "worker", flow: HandFlow | None = None) -> Iterator[Dispatcher]:
        """A resident fleet in a thread of this process."""
        finishing = FinishingService(self.settings, self.stores, self.makers)
        dispatcher = Dispatcher(self.settings, self.stores, flow or self.flow, finishing, new_fleet(name))
        stop, errors = threading.Event(), []

        def run() -> None:
            try:
                dispatcher.run(stop.is_set)
            except BaseException as error:
                errors.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield dispatcher
        finally:
            stop.set()
            dispatcher.nudge()
            thread.join(LONG_S)
        assert not thread.is_alive()
        assert errors == []

    def digest(self) -> str | None:
        run = self.stores.persons.run()
        return run.digest if run else None


def observed(analyzer: str, segment: Segment) -> pa.Table:
    """What an analyzer sees in a segment: in its middle 5 samples with one face, of another person in each content."""
    schema = registry.get(analyzer).schema()
    pts = [segment.start_us + LENGTH // 2 + 200_000 * n for n in range(5)]
    face = {"left": 10.0, "top": 10.0, "width": 80.0, "height": 80.0, "score": 0.9, "landmarks": [0.0] * 10}
    direction = np.zeros(512, np.float32)
    direction[int(segment.content_id[:4], 16) % 512] = 1.0
    values = {"faces": [face], "face_vectors": [direction.tolist()], "face_quality": [0.9], "face_ages": [None],
              "face_genders": [None], "problems": []}  # fmt: skip
    columns = {f.name: pa.array([values.get(f.name)] * 5, f.type) for f in schema if f.name != "pts_us"}
    return pa.table({"pts_us": pts, **columns}, schema=schema)


def await_(is_so: Callable[[], object], seconds: float = LONG_S) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)


def nos(tasks: Sequence[SegmentTask]) -> list[int]:
    return [task.segment.no for task in tasks]


__all__ = ["LONG_S", "NODE", "PLAN", "WANTED", "Bench", "await_", "nos", "observed"]
