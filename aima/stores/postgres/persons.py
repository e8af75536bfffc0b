"""Reads persons, their tracks and appearances in PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, select

from aima.domain.identity import box_of, partition_hash
from aima.domain.person import Person, RunRecord, TrackRecord
from aima.domain.track import Appearance, Locator
from aima.stores.postgres.schema import assignments, fusion_runs, person_appearances, persons, tracks


class PostgresPersons:
    """`PersonStore` on PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> list[Person]:
        """Every person that ever was, sorted by number."""
        with self._engine.connect() as connection:
            return [_person_of(row) for row in connection.execute(select(persons).order_by(persons.c.number))]

    def tracks(self) -> list[TrackRecord]:
        """Tracks of the run that stands, sorted by (content_id, start_us, track_id)."""
        with self._engine.connect() as connection:
            return read_tracks(connection)

    def appearances(self) -> list[Appearance]:
        """Appearances of everybody, sorted by (person_id, media_id, start_us)."""
        return self._appearances()

    def of(self, person_ids: Collection[str]) -> list[Person]:
        """These persons as far as they ever were, sorted by number."""
        query = select(persons).where(persons.c.person_id.in_(person_ids)).order_by(persons.c.number)
        with self._engine.connect() as connection:
            return [_person_of(row) for row in connection.execute(query)]

    def appearances_of(self, person_ids: Collection[str]) -> list[Appearance]:
        """Appearances of these persons, sorted by (person_id, media_id, start_us)."""
        return self._appearances(person_appearances.c.person_id.in_(person_ids))

    def appearances_in(self, media_ids: Collection[str]) -> list[Appearance]:
        """Appearances of everybody in these media, sorted by (person_id, media_id, start_us)."""
        return self._appearances(person_appearances.c.media_id.in_(media_ids))

    def tracks_of(self, person_ids: Collection[str]) -> list[TrackRecord]:
        """Tracks of these persons in the run that stands, sorted by (content_id, start_us, track_id)."""
        with self._engine.connect() as connection:
            return read_tracks(connection, tracks.c.person_id.in_(person_ids))

    def tracks_in(self, content_ids: Collection[str]) -> list[TrackRecord]:
        """Tracks of these contents in the run that stands, whose ever they are, sorted in the same way."""
        with self._engine.connect() as connection:
            return read_tracks(connection, tracks.c.content_id.in_(content_ids))

    def run(self) -> RunRecord | None:
        """The fusion run that stands."""
        with self._engine.connect() as connection:
            row = connection.execute(select(fusion_runs).where(fusion_runs.c.is_current)).one_or_none()
        return RunRecord(row.run_id, row.input_hash, row.models, row.thresholds, row.digest) if row else None

    def digest(self) -> str:
        """Hash of the projection; equals the hash of the ledger's state."""
        with self._engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            owned = select(tracks.c.track_id, tracks.c.person_id).where(tracks.c.person_id.is_not(None))
            owners = {row.track_id: row.person_id for row in connection.execute(owned)}
            people = {row.person_id: (row.number, row.name) for row in connection.execute(select(persons))}
        return partition_hash(owners, people)

    def _appearances(self, *which: ColumnElement[bool]) -> list[Appearance]:
        table = person_appearances
        order = (table.c.person_id, table.c.media_id, table.c.first_appearance_time_us, table.c.source)
        with self._engine.connect() as connection:
            return [_appearance_of(row) for row in connection.execute(select(table).where(*which).order_by(*order))]


def read_tracks(connection: Connection, *which: ColumnElement[bool]) -> list[TrackRecord]:
    """Tracks of the run that stands, those or all, sorted by (content_id, start_us, track_id)."""
    query = (
        select(tracks, assignments.c.person_id.label("assigned"), assignments.c.log_odds, assignments.c.shares)
        .select_from(assignments.join(tracks).join(fusion_runs))
        .where(fusion_runs.c.is_current, *which)
        .order_by(tracks.c.content_id.collate("C"), tracks.c.start_us, tracks.c.track_id)
    )
    return [_track_of(row) for row in connection.execute(query)]


def locator_of(row: Row[*tuple[Any, ...]]) -> Locator:
    """The locator of a row of `tracks`."""
    box = None if row.box is None else box_of(row.box)
    return Locator(row.content_id, row.stream, row.start_us, row.end_us, box)


def _track_of(row: Row[*tuple[Any, ...]]) -> TrackRecord:
    return TrackRecord(
        track_id=row.track_id,
        locator=locator_of(row),
        best_pts_us=row.best_pts_us,
        best_ordinal=row.best_ordinal,
        quality=row.best_quality,
        score=row.score,
        samples=row.samples,
        person_id=row.person_id,
        log_odds=row.log_odds,
        shares=row.shares,
        expression=tuple(row.expression) if row.expression else None,
        picture_path=row.picture_path,
        picture_quality=row.picture_quality,
        speaker=row.speaker,
    )


def _person_of(row: Row[*tuple[Any, ...]]) -> Person:
    return Person(row.person_id, row.number, row.name, row.state, row.merged_into, row.picture_path, row.hidden)


def _appearance_of(row: Row[*tuple[Any, ...]]) -> Appearance:
    return Appearance(
        person_id=row.person_id,
        media_id=row.media_id,
        start_us=row.first_appearance_time_us,
        end_us=row.last_appearance_time_us,
        confidence=row.confidence,
        source=row.source,
        track_ids=tuple(row.track_ids),
    )
