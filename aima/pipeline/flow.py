"""The flow: segments in, outcomes out. What runs where is the plan's; this is the whole of it on Ray Data."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Sequence

import ray.data
from ray.data import ActorPoolStrategy, DataContext
from ray.data.exceptions import SystemException, UserCodeException
from ray.exceptions import RayError
from ray.util.annotations import RayDeprecationWarning

from aima.errors import AnalysisFailed
from aima.pipeline.plan import Place, Plan
from aima.pipeline.task import Outcome, SegmentTask, outcomes, task_row
from aima.pipeline.worker import StageWorker
from aima.settings import Settings, Stores


def run(tasks: Sequence[SegmentTask], plan: Plan, settings: Settings) -> Iterator[Outcome]:
    """Stream the tasks through the stages of the plan and give the outcomes as they come.

    Ray must be connected. A worker that dies loses its segment in hand, silently: the caller compares what was
    committed with what was asked for and asks again.

    Raises:
        AnalysisFailed: the cluster could not go on.
    """
    _configure()
    secretless = settings.model_copy(update={"stores": Stores()})
    rows = ray.data.from_arrow([task_row(task) for task in tasks])
    for number, stage in enumerate(plan.stages):
        rows = _through(rows, StageWorker, (plan, number, secretless), stage.place, len(tasks))
    try:
        for table in rows.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0):
            yield from outcomes(table)
    except (RayError, SystemException, UserCodeException) as error:
        reason = str(error.__cause__ or error).strip().splitlines()[-1]
        raise AnalysisFailed(f"Ray gave up: {reason}", "see `aima doctor`, then repeat: what is done stays") from error


def _through(
    rows: ray.data.Dataset, worker: type, arguments: tuple[object, ...], place: Place, tasks: int
) -> ray.data.Dataset:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RayDeprecationWarning)  # max_task_retries has no other way in
        return rows.map_batches(
            worker,
            fn_constructor_args=arguments,
            batch_size=1,
            batch_format="pyarrow",
            compute=ActorPoolStrategy(size=min(place.workers, tasks)),
            num_cpus=place.cpus,
            num_gpus=place.gpus or None,
            max_task_retries=0,  # Ray would repeat a segment that kills its worker for ever
        )


def _configure() -> None:
    context = DataContext.get_current()
    context.enable_progress_bars = False
    context.target_max_block_size = 1  # a row leaves its worker as soon as it is there
    context.target_min_block_size = 0
    context.max_errored_blocks = -1  # one dead worker does not end the others' work
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)  # a dead worker is told as a failure, not as a traceback
