"""Media, their contents and segments in PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Engine, Row, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from aima.domain.media import MediaInfo, Medium, Segment
from aima.domain.text import display, storable
from aima.stores.postgres.announce import announce
from aima.stores.postgres.schema import contents, media_files, segments
from aima.telemetry.failpoints import failpoint

_JOINED = (
    select(media_files, contents.c.info).join(contents).order_by(media_files.c.raw_filename, media_files.c.media_id)
)


class PostgresMedia:
    """`MediaStore` on PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, medium: Medium, segments: Sequence[Segment]) -> Medium:
        """Insert or, for a known media_id, update name and path.

        A known content keeps its info and segments, unless its info does not tell of its sound: then it gets this info
        and the segments of streams that it has none of.
        """
        row = _row_of(medium)
        renamed = {key: row[key] for key in ("filename", "file_path", "raw_filename", "raw_path")}
        with self._engine.begin() as connection:
            _add_content(connection, medium, segments)
            differs = or_(*(media_files.c[name] != value for name, value in renamed.items()))
            given = insert(media_files).values(row)
            written = given.on_conflict_do_update(index_elements=["media_id"], set_=renamed, where=differs)
            if connection.scalar(written.returning(media_files.c.media_id)) is not None:
                announce(connection, "content", [medium.content_id])
                announce(connection, "medium", [medium.media_id])
            found = connection.execute(_JOINED.where(media_files.c.media_id == medium.media_id)).one()
        failpoint("media.added")
        return _medium_of(found)

    def get(self, media_id: str) -> Medium | None:
        """The medium, or None."""
        with self._engine.connect() as connection:
            row = connection.execute(_JOINED.where(media_files.c.media_id == media_id)).one_or_none()
        return _medium_of(row) if row else None

    def of(self, media_ids: Collection[str]) -> list[Medium]:
        """These media as far as there are any, sorted by the bytes of the filename, then media_id."""
        with self._engine.connect() as connection:
            found = connection.execute(_JOINED.where(media_files.c.media_id.in_(media_ids)))
            return [_medium_of(row) for row in found]

    def all(self) -> list[Medium]:
        """Every medium, sorted by the bytes of its filename, then media_id."""
        with self._engine.connect() as connection:
            return [_medium_of(row) for row in connection.execute(_JOINED)]

    def segments(self, content_id: str) -> list[Segment]:
        """Segments of a content, sorted by stream and no."""
        query = select(segments).where(segments.c.content_id == content_id)
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(segments.c.stream, segments.c.no))
            return [Segment(**row) for row in rows.mappings()]


def _add_content(connection: Connection, medium: Medium, planned: Sequence[Segment]) -> None:
    """Insert the content with its segments, or what it lacks if another medium has brought it."""
    content = {"content_id": medium.content_id, "size": medium.size, "info": storable(asdict(medium.info))}
    added = insert(contents).values(content).on_conflict_do_nothing().returning(contents.c.content_id)
    if not connection.execute(added).first():
        planned = _lacking(connection, medium, planned)
    if planned:
        connection.execute(insert(segments), [asdict(segment) for segment in planned])


def _lacking(connection: Connection, medium: Medium, planned: Sequence[Segment]) -> list[Segment]:
    """The segments that a known content is to get; its info is brought up to date, if they may be some."""
    own = contents.c.content_id == medium.content_id
    known = connection.execute(select(contents.c.info).where(own).with_for_update()).scalar_one()
    if _info_of(known).tells_of_sound:
        return []
    connection.execute(update(contents).where(own).values(info=storable(asdict(medium.info))))
    streams = connection.scalars(select(segments.c.stream).where(segments.c.content_id == medium.content_id).distinct())
    there = set(streams)
    return [segment for segment in planned if segment.stream not in there]


def _row_of(medium: Medium) -> dict[str, Any]:
    return {
        "media_id": medium.media_id,
        "content_id": medium.content_id,
        "filename": display(medium.filename),
        "file_path": display(medium.path),
        "raw_filename": os.fsencode(medium.filename),
        "raw_path": os.fsencode(medium.path),
        "file_size": medium.size,
        "media_type": medium.info.kind,
        "format": storable(medium.info.format),
        "duration_us": medium.info.duration_us,
        "uploaded_by": medium.owner_id,
    }


def _medium_of(row: Row[Any]) -> Medium:
    return Medium(
        media_id=row.media_id,
        content_id=row.content_id,
        owner_id=row.uploaded_by,
        filename=os.fsdecode(row.raw_filename),
        path=os.fsdecode(row.raw_path),
        size=row.file_size,
        info=_info_of(row.info),
    )


def _info_of(stored: dict[str, Any]) -> MediaInfo:
    return MediaInfo(**{**stored, "keyframes_us": tuple(stored["keyframes_us"])})
