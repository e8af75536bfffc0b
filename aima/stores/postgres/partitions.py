"""Partitions of `system_metrics` by month: made when they are needed, dropped when nobody wants them any more."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection, text

LOCK = 0x6D6F6E74  # "mont"
NAME = "system_metrics_{:%Y_%m}"
PRESENT = text(
    "SELECT relname FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE inhparent = 'system_metrics'::regclass"
)


def month_of(day: date, later: int = 0) -> date:
    """First day of the month of a day, or of one that is `later` months later (earlier, if negative)."""
    months = day.year * 12 + day.month - 1 + later
    return date(months // 12, months % 12 + 1, 1)


def ensure_months(connection: Connection, months: Iterable[date]) -> None:
    """Make the partitions of these months (first days) that are missing; call it first in a transaction."""
    wanted = {NAME.format(month): month for month in months}
    if not wanted.keys() - set(connection.scalars(PRESENT)):
        return
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    for name, month in sorted(wanted.items()):
        connection.exec_driver_sql(
            f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF system_metrics "
            f"FOR VALUES FROM ('{month}') TO ('{month_of(month, 1)}')"
        )


def drop_before(connection: Connection, month: date) -> list[str]:
    """Drop the partitions of the months before this one; gives their names."""
    old = sorted(name for name in connection.scalars(PRESENT) if name < NAME.format(month))
    for name in old:
        connection.exec_driver_sql(f"DROP TABLE {name}")
    return old
