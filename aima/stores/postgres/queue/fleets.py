"""Fleets: who takes segments, and when it was last seen."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import case, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from aima.domain.queue import Fleet
from aima.domain.text import storable
from aima.stores.postgres.queue.base import Part, lightly
from aima.stores.postgres.queue.leases import give_back
from aima.stores.postgres.schema import fleets

FORGOTTEN_AFTER: Final = timedelta(days=1)
"""A fleet that died without a word and that none of its name has followed is forgotten after this."""

_NOW: Final = func.clock_timestamp()


class Fleets(Part):
    """Fleets live as long as they are seen."""

    def show(self, fleet: Fleet) -> None:
        """Insert or update a fleet; it lives now. Those that were not seen for a day are forgotten."""
        row = {
            "fleet_id": fleet.fleet_id,
            "name": storable(fleet.name),
            "node": storable(fleet.node),
            "pid": fleet.pid,
            "state": fleet.state,
            "places": storable([dict(place) for place in fleet.places]),
            "in_flight": fleet.in_flight,
            "segments_done": fleet.segments_done,
        }
        since = case((fleets.c.state == fleet.state, fleets.c.since), else_=_NOW)
        given = insert(fleets).values(row)
        with self._engine.begin() as connection:
            lightly(connection)  # it is shown again and again
            connection.execute(delete(fleets).where(fleets.c.seen_at < _NOW - FORGOTTEN_AFTER))
            connection.execute(
                given.on_conflict_do_update(index_elements=["fleet_id"], set_={**row, "seen_at": _NOW, "since": since})
            )

    def retire(self, fleet_id: str) -> None:
        """Forget a fleet and give back what it holds (a loss)."""
        with self._engine.begin() as connection:
            give_back(connection, fleet_id, None, is_loss=True)
            connection.execute(delete(fleets).where(fleets.c.fleet_id == fleet_id))

    def retire_named(self, name: str, but: str) -> int:
        """Retire every fleet of this name but one: earlier lives of the same process. Gives how many."""
        earlier = select(fleets.c.fleet_id).where(fleets.c.name == storable(name), fleets.c.fleet_id != but)
        with self._engine.connect() as connection:
            found = connection.scalars(earlier.order_by(fleets.c.started_at)).all()
        for fleet_id in found:
            self.retire(fleet_id)
        return len(found)

    def fleets(self, alive_s: float | None = None) -> list[Fleet]:
        """Every fleet, or those that were seen in the last so many seconds, oldest first."""
        query = select(fleets).order_by(fleets.c.started_at, fleets.c.fleet_id)
        if alive_s is not None:
            query = query.where(fleets.c.seen_at >= _NOW - timedelta(seconds=alive_s))
        with self._engine.connect() as connection:
            rows = connection.execute(query).mappings()
            return [Fleet(**(dict(row) | {"places": tuple(row["places"])})) for row in rows]
