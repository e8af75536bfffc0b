"""One analyzer on one segment: fed chunk by chunk or with the whole, or taken from what was observed before."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from aima.analyzers.base import Analyzer
from aima.domain.batch import FrameBatch, SoundBatch
from aima.domain.media import Problem
from aima.domain.observation import Receipt
from aima.pipeline.crops import CropKeeper
from aima.pipeline.plan import Step
from aima.pipeline.task import Failure, SegmentTask
from aima.pipeline.write import MAX_PROBLEMS, Cost, read_observations, write_observations
from aima.storage.archive import Archive
from aima.telemetry.logs import logger


class Run:
    """Holds the tables of one analyzer until the segment is through."""

    def __init__(self, analyzer: Analyzer[Any], step: Step, task: SegmentTask, archive: Archive) -> None:
        self._analyzer, self._step, self._task, self._archive = analyzer, step, task, archive
        self._wanted = step.analyzer in task.wanted
        stored = task.stored.get(step.analyzer)
        self._stored = read_observations(archive, stored) if stored and not self._wanted else None
        self._tables: list[pa.Table] = []
        self._cpu_s = self._wall_s = 0.0
        self.failure: Failure | None = None

    def chunk(self, batch: FrameBatch) -> FrameBatch:
        """The batch with this analyzer's columns added, if it works on chunks and nothing went wrong."""
        if self._analyzer.scope != "chunk":
            return batch
        table = self._from_store(batch) if self._stored is not None else self._analyze(batch)
        return batch if table is None else replace(batch, columns=_joined(batch.columns, table, self._analyzer))

    def segment(self, batch: FrameBatch) -> None:
        """Analyze the whole segment, if that is this analyzer's scope."""
        if self._analyzer.scope == "segment":
            self._analyze(batch)

    def hear(self, batch: SoundBatch) -> SoundBatch:
        """The batch with this analyzer's table added, if nothing went wrong.

        It runs also where its observations are stored: what is stored lacks the context.
        """
        table = self._attempt(batch, {"samples", *batch.tables})
        if table is None:
            return batch
        self._tables.append(_owned(table, batch))
        return replace(batch, tables={**batch.tables, **dict.fromkeys(_told_apart(self._analyzer), table)})

    def write(self, crops: CropKeeper | None, problems: Sequence[Problem]) -> Receipt | None:
        """Make the observations durable, with the crops where this analyzer judged the faces.

        problems: what could not be decoded, noted with these observations.
        """
        if not self._wanted or self.failure:
            return None
        table = pa.concat_tables(self._tables) if self._tables else self._analyzer.schema().empty_table()
        key = self._step.key(self._task.segment.content_id)
        kept = crops.store(self._archive, key.short) if crops and "face_quality" in self._analyzer.adds.names else ()
        cost = Cost(self._cpu_s, self._wall_s)
        receipt = write_observations(self._archive, key, self._task.segment.no, table, cost, kept)
        noted = (*problems, *receipt.problems)[:MAX_PROBLEMS]
        return replace(receipt, attempts=self._task.attempt, problems=noted)

    def _from_store(self, batch: FrameBatch) -> pa.Table:
        assert self._stored is not None
        return rows_at(self._stored, batch.pts_us.tolist())

    def _analyze(self, batch: FrameBatch) -> pa.Table | None:
        if not self._wanted:
            return None
        table = self._attempt(batch, {"frames", "strip", *batch.columns.column_names})
        if table is not None:
            self._tables.append(table)
        return table

    def _attempt(self, batch: FrameBatch | SoundBatch, given: set[str]) -> pa.Table | None:
        """What the analyzer says of a batch; given: the columns that there are. None: it failed, now or before."""
        if self.failure:
            return None
        if not set(self._analyzer.reads) <= given:
            self._fail("column_missing", f"an analyzer before {self._analyzer.name} failed")
            return None
        # Recognisers of speech bring threads of their own.
        cpu_clock = time.process_time if isinstance(batch, SoundBatch) else time.thread_time
        cpu, wall = cpu_clock(), time.perf_counter()
        analyzer: Any = self._analyzer  # it is of the stream of the batch
        try:
            table = analyzer.analyze(batch, self._step.options)
        except Exception as error:
            logger("pipeline.runs").exception("analyzer failed", extra={"fields": {"analyzer": self._analyzer.name}})
            self._fail("analyzer_failed", f"{self._analyzer.name}: {type(error).__name__}: {error}")
            return None
        self._cpu_s += cpu_clock() - cpu
        self._wall_s += time.perf_counter() - wall
        return table

    def _fail(self, code: str, detail: str) -> None:
        self.failure = Failure(self._task.segment, self._analyzer.name, code, detail)


def _told_apart(analyzer: Analyzer[Any]) -> list[str]:
    """The columns by which its table is known to later analyzers of sound: every one of them has an end."""
    return [name for name in analyzer.adds.names if name != "end_us"]


def _owned(table: pa.Table, batch: SoundBatch) -> pa.Table:
    """The rows that the segment owns."""
    spans = zip(table["pts_us"].to_pylist(), table["end_us"].to_pylist(), strict=True)
    return table.filter(pa.array([batch.owns(*span) for span in spans], pa.bool_()))


def _joined(columns: pa.Table, table: pa.Table, analyzer: Analyzer[Any]) -> pa.Table:
    for name in analyzer.adds.names:
        columns = columns.append_column(analyzer.adds.field(name), table[name])
    return columns


def rows_at(table: pa.Table, pts_us: Sequence[int]) -> pa.Table:
    """The rows of a table at given times, in their order.

    Raises:
        KeyError: a time is missing.
    """
    where = {pts: index for index, pts in enumerate(table["pts_us"].to_pylist())}
    return table.take([where[pts] for pts in pts_us])
