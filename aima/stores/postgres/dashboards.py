"""Figures of the dashboard: materialised views, refreshed while they are read."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, text

from aima.domain.figures import DayFigure, ErrorFigure, Figures, KindFigure, PersonFigure, StageFigure, StorageFigure
from aima.domain.person import label

LOCK: Final = 0x66696775  # "figu"
VIEWS: Final = ("kinds", "persons", "days", "stages", "errors", "storage", "age")
"""In the order in which they are refreshed: the age last."""
DAYS: Final = 31


class PostgresDashboards:
    """`DashboardStore` on PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def refreshed_at(self) -> datetime:
        """When the figures were made."""
        with self._engine.connect() as connection:
            return _refreshed_at(connection)

    def refresh(self) -> bool:
        """Make the figures anew; readers see the old ones until then. False: somebody else is at it."""
        with self._engine.begin() as connection:
            if not connection.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": LOCK}):
                return False
            for view in VIEWS:
                connection.execute(text(f"REFRESH MATERIALIZED VIEW CONCURRENTLY figures_{view}"))
        return True

    def figures(self, persons: int) -> Figures:
        """The figures of one moment, with that many persons and the last month of days."""
        with self._engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            return Figures(
                _refreshed_at(connection),
                tuple(KindFigure(**row) for row in _rows(connection, "SELECT * FROM figures_kinds ORDER BY kind")),
                tuple(_persons(connection, persons)),
                tuple(DayFigure(**row) for row in _rows(connection, _DAYS, days=DAYS)),
                tuple(StageFigure(**row) for row in _rows(connection, _STAGES)),
                tuple(ErrorFigure(**row) for row in _rows(connection, _ERRORS)),
                tuple(StorageFigure(**row) for row in _rows(connection, "SELECT * FROM figures_storage ORDER BY what")),
            )


_DAYS: Final = (
    "SELECT * FROM figures_days WHERE day > (SELECT max(day) FROM figures_days) - CAST(:days AS integer)"
    " ORDER BY day DESC, kind"
)
_STAGES: Final = "SELECT * FROM figures_stages ORDER BY kind DESC, cpu_s DESC, stage, version"
_ERRORS: Final = "SELECT * FROM figures_errors ORDER BY times DESC, source, code"
_PERSONS: Final = (
    "SELECT f.person_id::text, f.screen_us, f.appearances, f.media, p.number, p.name"
    " FROM figures_persons f JOIN persons p USING (person_id) WHERE p.state = 'active' AND NOT p.hidden"
    " ORDER BY f.screen_us DESC, f.person_id LIMIT :limit"
)


def _persons(connection: Connection, limit: int) -> list[PersonFigure]:
    return [
        PersonFigure(label=label(row.pop("number"), row.pop("name")), **row)
        for row in _rows(connection, _PERSONS, limit=limit)
    ]


def _refreshed_at(connection: Connection) -> datetime:
    at: datetime = connection.execute(text("SELECT refreshed_at FROM figures_age")).scalar_one()
    return at


def _rows(connection: Connection, query: str, **values: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(text(query), values).mappings()]
