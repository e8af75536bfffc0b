"""The peers, each in a process of its own: `python -m tests.benchmarks.engine.peers NAME CLIP FOLDER`.

Settings come as JSON on standard input. At the end the observations lie in FOLDER, an Arrow file per segment and
analyzer, so that the bench can see that all peers observed the same.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa

from aima.domain.media import Segment
from aima.pipeline.write import Cost, write_observations
from aima.settings import Settings
from aima.storage.archive import Archive
from tests.benchmarks.engine.bare import Bare, Clip, Tables, plan

WORKERS = 2

Observed = Iterator[tuple[int, Tables]]
"""Segment numbers with what was observed."""


def loop(settings: Settings, clip: Clip) -> Observed:
    """One process, one segment after the other, observations kept in memory."""
    with Bare(settings, clip) as bare:
        yield from [(segment.no, bare.observe(segment)) for segment in clip.segments]


def loop_files(settings: Settings, clip: Clip) -> Observed:
    """The same, and each segment's observations made durable as Parquet files, as AIMA does."""
    archive = Archive(settings.archive_dir)
    steps = {step.analyzer: step for step in plan(settings).steps}
    with Bare(settings, clip) as bare:
        for segment in clip.segments:
            tables = bare.observe(segment)
            for name, table in tables.items():
                write_observations(archive, steps[name].key(segment.content_id), segment.no, table, Cost(0.0, 0.0))
            yield segment.no, tables


def processes(settings: Settings, clip: Clip) -> Observed:
    """A pool of two processes."""
    pool = multiprocessing.get_context("spawn").Pool(WORKERS, _begin, (settings, clip))
    with pool:
        for no, packed in pool.imap_unordered(_observe, clip.segments):
            yield no, unpack(packed)
        pool.close()
        pool.join()


def daft(settings: Settings, clip: Clip) -> Observed:
    """Daft with everything in one class that runs in two processes, a segment a row."""
    import daft
    from daft import DataType

    @daft.cls(max_concurrency=WORKERS, use_process=True)
    class Worker:
        def __init__(self) -> None:
            self._bare = Bare(settings, clip)

        @daft.method(return_dtype=DataType.binary())
        def observe(self, no: int) -> bytes:
            return pack(self._bare.observe(clip.segments[no]))

    rows = daft.from_pydict({"no": [segment.no for segment in clip.segments]}).into_batches(1)
    for row in rows.select(rows["no"], Worker().observe(rows["no"]).alias("tables")).iter_rows():
        yield row["no"], unpack(row["tables"])


PEERS: dict[str, Callable[[Settings, Clip], Observed]] = {
    "loop": loop,
    "loop-files": loop_files,
    "processes": processes,
    "daft": daft,
}

_bare: list[Bare] = []


def _begin(settings: Settings, clip: Clip) -> None:
    _bare.append(Bare(settings, clip))


def _observe(segment: Segment) -> tuple[int, bytes]:
    return segment.no, pack(_bare[0].observe(segment))


def pack(tables: Tables) -> bytes:
    """Tables as bytes that travel between processes."""
    sink = pa.BufferOutputStream()
    row = pa.table({name: pa.array([_stream(table)], pa.large_binary()) for name, table in tables.items()})
    with pa.ipc.new_stream(sink, row.schema) as writer:
        writer.write_table(row)
    return bytes(sink.getvalue())


def unpack(packed: bytes) -> Tables:
    """The inverse of `pack`."""
    row = pa.ipc.open_stream(packed).read_all()
    return {name: pa.ipc.open_stream(row[name][0].as_buffer()).read_all() for name in row.column_names}


def _stream(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def main() -> None:
    """Do the work of one peer."""
    name, clip, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    settings = Settings(**json.load(sys.stdin))
    for no, tables in PEERS[name](settings, Clip.of(clip, settings)):
        for analyzer, table in tables.items():
            with pa.OSFile(str(folder / f"{no:06d}.{analyzer}.arrow"), "wb") as file:
                file.write(_stream(table))


if __name__ == "__main__":
    main()
