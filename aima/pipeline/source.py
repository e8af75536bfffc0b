"""The feed as a source of Ray Data: one read task that yields a row for each segment, as it comes, until the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyarrow as pa
import ray
from ray.data import Datasource, ReadTask
from ray.data.block import BlockMetadata

from aima.pipeline.task import row

if TYPE_CHECKING:
    from ray.actor import ActorHandle
    from ray.data import DataContext


class SegmentSource(Datasource):  # type: ignore[misc]
    """Reads the feed once. Ray must not repeat the read task: what it had yielded would be yielded to nobody."""

    def __init__(self, feed: ActorHandle) -> None:
        super().__init__()
        self._feed = feed

    @property
    def supports_distributed_reads(self) -> bool:
        """No: it waits beside the driver, so that another machine's end is not its own."""
        return False

    def estimate_inmemory_data_size(self) -> int | None:
        """Nobody knows."""
        return None

    def get_read_tasks(
        self, parallelism: int, per_task_row_limit: int | None = None, data_context: DataContext | None = None
    ) -> list[ReadTask]:
        """One task, however many are asked for."""
        feed = self._feed
        return [ReadTask(lambda: _rows(feed), BlockMetadata(None, None, None, None))]


def _rows(feed: ActorHandle) -> Iterator[pa.Table]:
    while (taken := ray.get(feed.take.remote())) is not None:
        ticket, task = taken
        yield row("segment", ticket=ticket, task=task)
