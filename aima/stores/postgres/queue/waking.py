"""Waking up: when something may be taken next, and sleeping until then."""

from __future__ import annotations

from typing import Final, cast

from sqlalchemy import Connection, text

from aima.stores.postgres.listening import heard, own
from aima.stores.postgres.queue.base import CHANNEL, Part, wake
from aima.stores.postgres.queue.leases import TAKEABLE

_OPEN: Final = "FROM analysis_jobs j JOIN job_segments s USING (job_id) WHERE j.status IN ('queued', 'running')"

# Where something may be taken it is found at once; else there is little that is open, and all of it is looked at.
DUE = text(f"""
SELECT CASE WHEN EXISTS (SELECT {_OPEN} AND {TAKEABLE}) THEN 0 ELSE (
    SELECT extract(epoch FROM min(greatest(s.not_before, s.lease_until, (
        SELECT twin.lease_until FROM job_segments twin
        WHERE twin.content_id = s.content_id AND twin.stream = s.stream AND twin.segment_no = s.segment_no
            AND twin.state = 'leased'))) - clock_timestamp())
    {_OPEN} AND s.state IN ('waiting', 'leased')) END
""")  # noqa: S608 - of constants


class Waking(Part):
    """When there is something to do."""

    def next_due_s(self) -> float | None:
        """Seconds until a segment that waits, or whose lease runs out, may be taken; 0.0: now; None: nothing waits."""
        with self._engine.connect() as connection:
            return _due_s(connection)

    def wait(self, timeout_s: float) -> bool:
        """Sleep until something is submitted or otherwise becomes takeable: True; or until the time is over: False.

        True at once if something may be taken already, so that nothing is slept over that came before this call. What
        another fleet leases during it is looked at by the next call only.
        """
        with own(self._engine) as connection:
            connection.execute(text(f"LISTEN {CHANNEL}"))
            due_s = _due_s(connection)
            is_due = due_s is not None and due_s <= timeout_s
            woken = due_s == 0 or heard(connection, cast(float, due_s) if is_due else timeout_s)
            connection.execute(text(f"UNLISTEN {CHANNEL}"))
        return woken or is_due

    def wake(self) -> None:
        """Have everybody who sleeps in `wait` look."""
        with self._engine.begin() as connection:
            wake(connection)


def _due_s(connection: Connection) -> float | None:
    due_s = connection.scalar(DUE)
    return None if due_s is None else max(float(due_s), 0.0)
