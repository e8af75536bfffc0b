"""Pages over a great many appearances: each query reads one index and no table."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, Row, Select, func, literal, select, tuple_

from aima.domain.page import Stretch, Totals
from aima.stores.postgres.schema import person_appearances as table

_NARROW = (
    table.c.appearance_id,
    table.c.person_id,
    table.c.media_id,
    table.c.first_appearance_time_us,
    table.c.last_appearance_time_us,
    table.c.confidence,
    table.c.source,
)


class PostgresPages:
    """`PageStore` on PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of_person(self, person_id: str, limit: int, after: Stretch | None = None) -> list[Stretch]:
        """The next appearances of a person behind `after`, by medium and time."""
        with self._engine.connect() as connection:
            return [_stretch_of(row) for row in connection.execute(person_query(person_id, limit, after))]

    def totals(self, person_id: str) -> Totals:
        """How much is seen of a person in all."""
        with self._engine.connect() as connection:
            row = connection.execute(totals_query(person_id)).one()
        return Totals(row.appearances, row.media, int(row.screen_us))

    def of_medium(self, media_id: str) -> list[Stretch]:
        """Appearances of everybody in a medium, sorted by time, then person."""
        with self._engine.connect() as connection:
            found = [_stretch_of(row) for row in connection.execute(medium_query(media_id))]
        return sorted(found, key=lambda s: (s.start_us, s.end_us, s.person_id))


def person_query(person_id: str, limit: int, after: Stretch | None = None) -> Select[Any]:
    """Of a person by medium and time, behind `after`."""
    order = (table.c.media_id, table.c.first_appearance_time_us, table.c.appearance_id)
    query = select(*_NARROW).where(table.c.person_id == person_id).order_by(*order).limit(limit)
    if after is None:
        return query
    place = (after.media_id, after.start_us, after.appearance_id)
    return query.where(tuple_(*order) > tuple_(*map(literal, place, (column.type for column in order))))


def totals_query(person_id: str) -> Select[Any]:
    """Number of appearances and of media, and the sum of the times in which the person is seen."""
    seen_us = table.c.last_appearance_time_us - table.c.first_appearance_time_us
    return select(
        func.count().label("appearances"),
        func.count(table.c.media_id.distinct()).label("media"),
        func.coalesce(func.sum(seen_us).filter(table.c.source == "face"), 0).label("screen_us"),
    ).where(table.c.person_id == person_id)


def medium_query(media_id: str) -> Select[Any]:
    """Of a medium by time."""
    return select(*_NARROW).where(table.c.media_id == media_id).order_by(table.c.first_appearance_time_us)


def _stretch_of(row: Row[Any]) -> Stretch:
    return Stretch(*tuple(row))
