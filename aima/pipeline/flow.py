"""The flow: segments in, outcomes out, for as long as the feed gives some. This is the whole of it on Ray Data.

What runs where is in the places; what is done with a segment, in its plan. Ray is not trusted to remember: rows can be
lost, so `stream` knows what is on its way, and only a committed marker makes a segment done.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa
import ray.data
from ray.data import ActorPoolStrategy, DataContext
from ray.util.annotations import RayDeprecationWarning

from aima.pipeline.plan import Place
from aima.pipeline.reporting import FeedReporter
from aima.pipeline.source import SegmentSource
from aima.pipeline.worker import StageWorker
from aima.settings import Settings, Stores

if TYPE_CHECKING:
    from ray.actor import ActorHandle


def rows(feed: ActorHandle, places: Sequence[Place], settings: Settings) -> Iterable[pa.Table]:
    """The rows that leave the last place, as they come. Ends after the feed did. Ray must be connected."""
    _configure()
    secretless = settings.model_copy(update={"stores": Stores()})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RayDeprecationWarning)  # retries have no other way in
        flow = ray.data.read_datasource(
            SegmentSource(feed),
            override_num_blocks=1,
            num_cpus=0,
            ray_remote_args={"max_retries": 0},  # a repeated read task skips what it had yielded
        )
        for number, place in enumerate(places):
            reporter = FeedReporter(feed, number, is_last=number == len(places) - 1)
            flow = flow.map_batches(
                StageWorker,
                fn_constructor_args=(number, secretless, reporter),
                batch_size=1,
                batch_format="pyarrow",
                # One at a time: a segment that waits goes to whoever is free first.
                compute=ActorPoolStrategy(size=place.workers, max_tasks_in_flight_per_actor=1),
                num_cpus=place.cpus,
                num_gpus=place.gpus or None,
            )
    outcomes: Iterable[pa.Table] = flow.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0)
    return outcomes


def _configure() -> None:
    context = DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    context.target_max_block_size = 1  # a row leaves its worker as soon as it is there
    context.target_min_block_size = 1
    context.max_errored_blocks = -1  # one dead worker does not end the others' work
    context.execution_no_progress_timeout_s = -1  # to wait for work is no failure
    context.memory_usage_poll_interval_s = None  # it reads the maps of every worker each second
    context.issue_detectors_config.detectors = []
    warnings.filterwarnings("ignore", "The minimum number of concurrent actors")  # it counts one input: the feed's
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)  # a dead worker is told as a loss, not as a traceback
