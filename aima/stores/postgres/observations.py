"""Marker rows of observations, and crops, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, astuple
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, select
from sqlalchemy.dialects.postgresql import insert

from aima.domain.media import Problem
from aima.domain.observation import Crop, ObservationKey, Receipt
from aima.domain.text import storable
from aima.stores.postgres.schema import crops
from aima.stores.postgres.schema import observation_files as files
from aima.telemetry.failpoints import failpoint

_KEY = (files.c.content_id, files.c.analyzer, files.c.model_version, files.c.options_hash)


class PostgresObservations:
    """`ObservationStore` on PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def done(
        self, keys: Iterable[ObservationKey], segment_nos: Collection[int] | None = None
    ) -> set[tuple[ObservationKey, int]]:
        """Which (key, segment no) are committed; of these segments only, if they are given."""
        wanted = set(keys)
        query = select(*_KEY, files.c.segment_no).where(files.c.content_id.in_({key.content_id for key in wanted}))
        if segment_nos is not None:
            query = query.where(files.c.segment_no.in_(segment_nos))
        with self._engine.connect() as connection:
            found = {(_key_of(row), row.segment_no) for row in connection.execute(query)}
        return {(key, no) for key, no in found if key in wanted}

    def commit(self, receipts: Sequence[Receipt]) -> None:
        """Write markers and crops in one transaction; repeating it changes nothing."""
        failpoint("observations.before_commit")
        with self._engine.begin() as connection:
            write_receipts(connection, receipts)
        failpoint("observations.committed")

    def forget(self, receipt: Receipt) -> None:
        """Take a marker back: its segment counts as not observed."""
        named = [column == value for column, value in zip(_KEY, astuple(receipt.key), strict=True)]
        with self._engine.begin() as connection:
            connection.execute(delete(files).where(*named, files.c.segment_no == receipt.segment_no))

    def receipts(self, content_id: str | None = None) -> list[Receipt]:
        """Committed markers, without their crops, sorted by key and segment no."""
        query = select(files).order_by(*(column.collate("C") for column in _KEY), files.c.segment_no)
        if content_id is not None:
            query = query.where(files.c.content_id == content_id)
        with self._engine.connect() as connection:
            return [_receipt_of(row) for row in connection.execute(query)]

    def crops(self, content_id: str) -> list[Crop]:
        """Kept crops of a content, sorted by (pts_us, ordinal)."""
        query = select(crops).where(crops.c.content_id == content_id)
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(crops.c.pts_us, crops.c.ordinal, crops.c.path)).mappings()
            return [Crop(**(dict(row) | {"box": tuple(row["box"])})) for row in rows]


def write_receipts(connection: Connection, receipts: Sequence[Receipt]) -> None:
    """Write markers and crops in this transaction; known markers stay as they are.

    In one order, so that two who write the same wait for each other in turn.
    """
    if receipts:
        rows = [_row_of(receipt) for receipt in sorted(receipts, key=lambda r: (r.key, r.segment_no))]
        connection.execute(insert(files).on_conflict_do_nothing(), rows)
    kept = sorted((crop for receipt in receipts for crop in receipt.crops), key=lambda crop: crop.path)
    if kept:
        pictures = [asdict(crop) | {"box": [float(side) for side in crop.box]} for crop in kept]
        given = insert(crops)
        replaced = {column.name: given.excluded[column.name] for column in crops.c if not column.primary_key}
        connection.execute(given.on_conflict_do_update(index_elements=["path"], set_=replaced), pictures)


def _key_of(row: Row[*tuple[Any, ...]]) -> ObservationKey:
    return ObservationKey(row.content_id, row.analyzer, row.model_version, row.options_hash)


def _row_of(receipt: Receipt) -> dict[str, Any]:
    return {
        **asdict(receipt.key),
        "segment_no": receipt.segment_no,
        "stream": receipt.stream,
        "path": receipt.path,
        "sha256": receipt.sha256,
        "rows": receipt.rows,
        "state": "done",
        "attempts": receipt.attempts,
        "node": receipt.node,
        "gpu": receipt.gpu,
        "cpu_s": receipt.cpu_s,
        "wall_s": receipt.wall_s,
        "problems": storable([asdict(problem) for problem in receipt.problems]),
    }


def _receipt_of(row: Row[Any]) -> Receipt:
    return Receipt(
        key=_key_of(row),
        segment_no=row.segment_no,
        path=row.path,
        sha256=row.sha256,
        rows=row.rows,
        cpu_s=row.cpu_s,
        wall_s=row.wall_s,
        node=row.node,
        gpu=row.gpu,
        attempts=row.attempts,
        stream=row.stream,
        problems=tuple(Problem(**problem) for problem in row.problems),
    )
