"""What travels through the flow: tasks in, outcomes out, as rows of one Arrow schema.

A row is a segment on its way (with pixels only where a plan splits decoding from models), or news for the driver:
receipts, progress, a failure.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

import pyarrow as pa

from aima.domain.media import MediaInfo, Problem, Segment
from aima.domain.observation import Crop, ObservationKey, Receipt

RowKind = Literal["segment", "receipts", "progress", "failure"]

ROW: Final = pa.schema(
    [
        ("kind", pa.string()),
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
    """

    path: str
    info: MediaInfo
    segment: Segment
    wanted: tuple[str, ...]
    stored: dict[str, str] = field(default_factory=dict)
    attempt: int = 1
    size: int | None = None

    def to_json(self) -> str:
        """As JSON; paths that are not UTF-8 survive."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> SegmentTask:
        """Inverse of `to_json`."""
        raw = json.loads(text)
        info = raw.pop("info")
        info["keyframes_us"] = tuple(info["keyframes_us"])
        raw["wanted"] = tuple(raw["wanted"])
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
    """A worker is through with a segment (of its stage): the receipts, and the CPU seconds that decoding took."""

    segment: Segment
    receipts: tuple[Receipt, ...]
    decode_cpu_s: float


Outcome = Failure | Progressed | Finished


def row(kind: RowKind, **columns: Any) -> pa.Table:
    """A table of one row; columns that are not given are null."""
    values = {"kind": kind, **columns}
    return pa.table({f.name: pa.array([values.get(f.name)], f.type) for f in ROW}, schema=ROW)


def task_row(task: SegmentTask) -> pa.Table:
    """The row with which a task enters the flow."""
    return row("segment", task=task.to_json())


def outcome_row(outcome: Outcome) -> pa.Table:
    """The row with which an outcome travels to the driver."""
    kinds: dict[type, RowKind] = {Failure: "failure", Progressed: "progress", Finished: "receipts"}
    return row(kinds[type(outcome)], news=json.dumps(asdict(outcome)))


def outcomes(table: pa.Table) -> Iterator[Outcome]:
    """The outcomes among the rows of a table."""
    for kind, news in zip(table["kind"].to_pylist(), table["news"].to_pylist(), strict=True):
        if kind == "failure":
            raw = json.loads(news)
            yield Failure(**{**raw, "segment": Segment(**raw["segment"])})
        elif kind == "progress":
            raw = json.loads(news)
            yield Progressed(Segment(**raw["segment"]), raw["done_us"])
        elif kind == "receipts":
            raw = json.loads(news)
            receipts = tuple(_receipt(r) for r in raw["receipts"])
            yield Finished(Segment(**raw["segment"]), receipts, raw["decode_cpu_s"])


def _receipt(raw: dict[str, Any]) -> Receipt:
    crops = tuple(Crop(**{**crop, "box": tuple(crop["box"])}) for crop in raw["crops"])
    problems = tuple(Problem(**problem) for problem in raw["problems"])
    return Receipt(**{**raw, "key": ObservationKey(**raw["key"]), "crops": crops, "problems": problems})
