"""Reads what search keeps of contents, each as one moment saw it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import Connection, Engine, select

from aima.domain.finding import Shot
from aima.domain.kept import Kept, KeptTrack
from aima.stores.postgres.schema import assignments, contents, fusion_runs, media_files, shots, tracks


class PostgresKept:
    """`KeptStore` on PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def content_ids(self) -> list[str]:
        """Every content, sorted."""
        with self._engine.connect() as connection:
            return sorted(connection.scalars(select(contents.c.content_id)))

    def of(self, content_ids: Collection[str]) -> dict[str, Kept]:
        """What is kept of these contents, those that there are; tracks by time, shots by number."""
        with self._engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            owners = _owners(connection, content_ids)
            faces, pictures = _tracks(connection, content_ids), _shots(connection, content_ids)
        return {
            content_id: Kept(content_id, *owner, tuple(faces[content_id]), tuple(pictures[content_id]))
            for content_id, owner in owners.items()
        }


def _owners(connection: Connection, content_ids: Collection[str]) -> dict[str, tuple[str, str]]:
    """First medium and its owner, by content."""
    columns = (media_files.c.content_id, media_files.c.media_id, media_files.c.uploaded_by)
    query = select(*columns).where(media_files.c.content_id.in_(content_ids)).order_by(media_files.c.media_id.desc())
    return {row.content_id: (str(row.media_id), str(row.uploaded_by)) for row in connection.execute(query)}


def _tracks(connection: Connection, content_ids: Collection[str]) -> dict[str, list[KeptTrack]]:
    query = (
        select(tracks)
        .select_from(assignments.join(tracks).join(fusion_runs))
        .where(fusion_runs.c.is_current, tracks.c.stream == "sight", tracks.c.content_id.in_(content_ids))
        .order_by(tracks.c.start_us, tracks.c.track_id)
    )
    found: dict[str, list[KeptTrack]] = defaultdict(list)
    for row in connection.execute(query):
        samples = tuple(zip(row.vector_pts_us, row.vector_ordinals, strict=True))
        found[row.content_id].append(KeptTrack(row.track_id, row.person_id, samples))
    return found


def _shots(connection: Connection, content_ids: Collection[str]) -> dict[str, list[Shot]]:
    query = select(shots).where(shots.c.content_id.in_(content_ids)).order_by(shots.c.no)
    found: dict[str, list[Shot]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.content_id].append(Shot(row.no, row.start_us, row.end_us, tuple(row.vector_pts_us)))
    return found
