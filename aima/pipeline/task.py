"""What travels through the flow: tasks in, outcomes out, as rows of one Arrow schema.

A row is a segment on its way (with pixels only where a plan splits decoding from models), or news for the driver:
what became of a segment, or of one analyzer on it. Its ticket tells which putting of the segment it belongs to.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final, Literal

import pyarrow as pa

from aima.domain.media import MediaInfo, Problem, Segment
from aima.domain.observation import Crop, ObservationKey, Receipt
from aima.pipeline.plan import Plan, plan_data, plan_from

RowKind = Literal["segment", "receipts", "failure"]

ROW: Final = pa.schema(
    [
        ("kind", pa.string()),
        ("ticket", pa.int64()),
        ("task", pa.string()),
        ("news", pa.string()),
        ("frames", pa.large_binary()),
        ("frames_shape", pa.list_(pa.int64())),
        ("pts_us", pa.list_(pa.int64())),
        ("strip", pa.large_binary()),
        ("strip_shape", pa.list_(pa.int64())),
        ("strip_pts_us", pa.list_(pa.int64())),
        ("columns", pa.large_binary()),
    ]
)


@dataclass(frozen=True, slots=True)
class SegmentTask:
    """One segment to be analysed.

    wanted: analyzers to run and write. stored: analyzers that were run before, with the archive name of their
    observations, whose columns the wanted ones may read. size: bytes that the file must have; None: not checked.
    plan: the steps by stage; it travels with the task, so that jobs of all kinds share workers. reading: settings of
    the reader by name, see `plan.READING`.
    """

    path: str
    info: MediaInfo
    segment: Segment
    wanted: tuple[str, ...]
    stored: dict[str, str] = field(default_factory=dict)
    attempt: int = 1
    size: int | None = None
    plan: Plan = field(default_factory=lambda: Plan(()))
    reading: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        """As JSON; paths that are not UTF-8 survive."""
        plain = asdict(replace(self, plan=Plan(())))
        return json.dumps({**plain, "plan": plan_data(self.plan)})

    @classmethod
    def from_json(cls, text: str) -> SegmentTask:
        """Inverse of `to_json`."""
        raw = json.loads(text)
        info = raw.pop("info")
        info["keyframes_us"] = tuple(info["keyframes_us"])
        raw["wanted"] = tuple(raw["wanted"])
        raw["plan"] = plan_from(raw["plan"])
        return cls(**{**raw, "info": MediaInfo(**info), "segment": Segment(**raw["segment"])})


@dataclass(frozen=True, slots=True)
class Failure:
    """A segment, or one analyzer on it, could not be finished in this attempt."""

    segment: Segment
    analyzer: str | None
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Progressed:
    """A worker has come this far in a segment."""

    segment: Segment
    done_us: int


@dataclass(frozen=True, slots=True)
class Finished:
    """The last stage is through with a segment: the receipts of all stages, and the CPU seconds that decoding took.

    decode_cpu_s None: nothing was decoded.
    """

    segment: Segment
    receipts: tuple[Receipt, ...]
    decode_cpu_s: float | None


Outcome = Failure | Progressed | Finished


def row(kind: RowKind, **columns: Any) -> pa.Table:
    """A table of one row; columns that are not given are null."""
    values = {"kind": kind, **columns}
    return pa.table({f.name: pa.array([values.get(f.name)], f.type) for f in ROW}, schema=ROW)


def task_row(task: SegmentTask, ticket: int = 0) -> pa.Table:
    """The row with which a task enters the flow."""
    return row("segment", task=task.to_json(), ticket=ticket)


def segment_of(task: str) -> Segment:
    """The segment of a task that stands there as JSON, whether or not this process can run the rest."""
    return Segment(**json.loads(task)["segment"])


def outcome_row(outcome: Failure | Finished, ticket: int = 0) -> pa.Table:
    """The row with which an outcome travels to the driver."""
    kind: RowKind = "failure" if isinstance(outcome, Failure) else "receipts"
    return row(kind, ticket=ticket, news=news_of(outcome))


def news_of(outcome: Failure | Finished) -> str:
    """An outcome as JSON; see `finished_from`."""
    return json.dumps(asdict(outcome))


def tickets(table: pa.Table) -> Iterator[tuple[int, Failure | Finished]]:
    """The outcomes among the rows of a table, with their tickets."""
    columns = (table[name].to_pylist() for name in ("kind", "ticket", "news"))
    for kind, ticket, news in zip(*columns, strict=True):
        if kind == "failure":
            raw = json.loads(news)
            yield ticket, Failure(**{**raw, "segment": Segment(**raw["segment"])})
        elif kind == "receipts":
            yield ticket, finished_from(news)


def outcomes(table: pa.Table) -> Iterator[Failure | Finished]:
    """The outcomes among the rows of a table."""
    return (outcome for _, outcome in tickets(table))


def finished_from(news: str) -> Finished:
    """Inverse of `news_of` for what is finished."""
    raw = json.loads(news)
    return Finished(Segment(**raw["segment"]), tuple(_receipt(r) for r in raw["receipts"]), raw["decode_cpu_s"])


def _receipt(raw: dict[str, Any]) -> Receipt:
    crops = tuple(Crop(**{**crop, "box": tuple(crop["box"])}) for crop in raw["crops"])
    problems = tuple(Problem(**problem) for problem in raw["problems"])
    return Receipt(**{**raw, "key": ObservationKey(**raw["key"]), "crops": crops, "problems": problems})
