"""Shots and findings in PostgreSQL."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, insert, select

from aima.domain.finding import Finding, Shot, Sighting, text_id
from aima.domain.text import storable
from aima.stores.postgres.announce import announce
from aima.stores.postgres.locks import alone
from aima.stores.postgres.schema import contents, findings, media_files, shots, sightings
from aima.telemetry.failpoints import failpoint

SEEING = 0x7365656E  # "seen"


class PostgresSightings:
    """`SightingStore` on PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def alone(self) -> AbstractContextManager[None]:
        """Nobody else makes sightings meanwhile; waits for whoever does. A process that dies lets go of it."""
        return alone(self._engine, SEEING)

    def input_hashes(self) -> dict[str, str]:
        """What the sighting of each content was made of."""
        with self._engine.connect() as connection:
            return {row.content_id: row.input_hash for row in connection.execute(select(sightings))}

    def record(self, sighting: Sighting) -> None:
        """Replace shots and findings of a content, and announce it, in one transaction."""
        content_id = sighting.content_id
        with self._engine.begin() as connection:
            own = select(contents.c.content_id).where(contents.c.content_id == content_id)
            connection.execute(own.with_for_update(key_share=True))  # one after the other, also the first two
            before = _text_ids(connection, content_id)
            connection.execute(delete(sightings).where(sightings.c.content_id == content_id))
            connection.execute(insert(sightings).values(content_id=content_id, input_hash=sighting.input_hash))
            if sighting.shots:
                connection.execute(insert(shots), [_shot_row(content_id, shot) for shot in sighting.shots])
            if sighting.findings:
                connection.execute(insert(findings), [_finding_row(content_id, found) for found in sighting.findings])
            failpoint("sightings.written")
            changed = before ^ _text_ids(connection, content_id)
            announce(connection, "content", [content_id])
            announce(connection, "text", changed)
            announce(connection, "medium", _media_of(connection, content_id))
        failpoint("sightings.recorded")

    def get(self, content_id: str) -> Sighting | None:
        """Shots and findings of a content, findings sorted by (start_us, kind, text, finding_id); or None."""
        order = (findings.c.start_us, findings.c.kind, findings.c.text.collate("C"), findings.c.finding_id)
        with self._engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            head = connection.execute(select(sightings).where(sightings.c.content_id == content_id)).one_or_none()
            if head is None:
                return None
            cut = connection.execute(select(shots).where(shots.c.content_id == content_id).order_by(shots.c.no)).all()
            seen = connection.execute(select(findings).where(findings.c.content_id == content_id).order_by(*order))
            return Sighting(content_id, head.input_hash, tuple(map(_shot_of, cut)), tuple(map(finding_of, seen)))


def _text_ids(connection: Connection, content_id: str) -> set[str]:
    return set(connection.scalars(select(findings.c.text_id).where(findings.c.content_id == content_id)))


def _media_of(connection: Connection, content_id: str) -> list[str]:
    return list(connection.scalars(select(media_files.c.media_id).where(media_files.c.content_id == content_id)))


def _shot_row(content_id: str, shot: Shot) -> dict[str, Any]:
    return {
        "content_id": content_id,
        "no": shot.no,
        "start_us": shot.start_us,
        "end_us": shot.end_us,
        "vector_pts_us": list(shot.vector_pts_us),
    }


def _shot_of(row: Row[Any]) -> Shot:
    return Shot(row.no, row.start_us, row.end_us, tuple(row.vector_pts_us))


def _finding_row(content_id: str, finding: Finding) -> dict[str, Any]:
    words = storable(finding.text)
    return {
        "finding_id": finding.finding_id,
        "content_id": content_id,
        "kind": finding.kind,
        "text": words,
        "text_id": text_id(words),
        "start_us": finding.start_us,
        "end_us": finding.end_us,
        "score": finding.score,
        "best_pts_us": finding.best_pts_us,
        "box": None if finding.box is None else list(finding.box),
        "most": finding.most,
    }


def finding_of(row: Row[Any]) -> Finding:
    """The finding of a row of `findings`."""
    return Finding(
        finding_id=row.finding_id,
        kind=row.kind,
        text=row.text,
        start_us=row.start_us,
        end_us=row.end_us,
        score=row.score,
        best_pts_us=row.best_pts_us,
        box=None if row.box is None else (row.box[0], row.box[1], row.box[2], row.box[3]),
        most=row.most,
    )
