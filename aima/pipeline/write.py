"""Observations onto disk: one Parquet file per segment and analyzer, then its receipt."""

from __future__ import annotations

import hashlib
import io
import platform
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from aima.analyzers.registry import stream_of
from aima.domain.media import Problem
from aima.domain.observation import KEY_COLUMNS, Crop, ObservationKey, Receipt
from aima.errors import ArchiveDamaged
from aima.storage.archive import Archive

MAX_PROBLEMS = 20
AGAIN = "analyze its medium again: this segment is done anew"


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU and wall seconds that an analyzer took for a segment."""

    cpu_s: float
    wall_s: float


def name_of(key: ObservationKey, segment_no: int) -> str:
    """Archive name of a segment's observations."""
    content = f"{key.content_id[:2]}/{key.content_id}"
    return f"observations/{content}/{key.analyzer}/{key.model_version}/{key.options_hash}/{segment_no:06d}.parquet"


def write_observations(
    archive: Archive,
    key: ObservationKey,
    segment_no: int,
    table: pa.Table,
    cost: Cost,
    crops: tuple[Crop, ...] = (),
) -> Receipt:
    """Write a table durably, with the key columns in front.

    Raises:
        DiskFull: no space is left; nothing is half-written.
    """
    full = _with_keys(key, segment_no, table)
    sink = io.BytesIO()
    pq.write_table(full, sink, compression="zstd")
    name = name_of(key, segment_no)
    digest = archive.put(name, sink.getvalue())
    return Receipt(
        key=key,
        segment_no=segment_no,
        path=name,
        sha256=digest,
        rows=table.num_rows,
        cpu_s=cost.cpu_s,
        wall_s=cost.wall_s,
        node=platform.node(),
        problems=_problems(table),
        crops=crops,
        stream=stream_of(key.analyzer),
    )


def read_observations(archive: Archive, name: str, sha256: str | None = None) -> pa.Table:
    """The observations under an archive name.

    Raises:
        ArchiveDamaged: the file is missing, or its checksum is not `sha256`.
    """
    try:
        data = archive.get(name)
    except OSError as error:
        raise ArchiveDamaged(f"{name} cannot be read: {error.strerror}", AGAIN) from error
    if sha256 is not None and hashlib.sha256(data).hexdigest() != sha256:
        raise ArchiveDamaged(f"{name} is not what was written", AGAIN)
    return pq.read_table(pa.BufferReader(data))


def _with_keys(key: ObservationKey, segment_no: int, table: pa.Table) -> pa.Table:
    pts = table["pts_us"].to_pylist()
    rows = len(pts)
    values = {
        "content_id": [key.content_id] * rows,
        "segment_no": [segment_no] * rows,
        "pts_us": pts,
        "observation_id": [key.observation_id(p, ordinal) for p, ordinal in _ordinals(pts)],
    }
    for name in table.column_names[1:]:
        values[name] = table[name]
    return pa.table(values, schema=pa.schema([*KEY_COLUMNS, *list(table.schema)[1:]]))


def _ordinals(pts: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Each time with how many rows before it begin at the same one."""
    seen: Counter[int] = Counter()
    for each in pts:
        yield each, seen[each]
        seen[each] += 1


def _problems(table: pa.Table) -> tuple[Problem, ...]:
    flat = pc.list_flatten(table["problems"]).to_pylist()
    return tuple(Problem(p["code"], p["analyzer"], p["detail"]) for p in flat[:MAX_PROBLEMS])
