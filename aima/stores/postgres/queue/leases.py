"""Leases: taking segments, keeping them, and the three ways in which a lease ends.

The statements name states as they stand in the predicates of the indexes: parameters would hide these from the planner.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, TypedDict

from sqlalchemy import Connection, Engine, Row, text

from aima.domain.media import Segment
from aima.domain.observation import Receipt
from aima.domain.queue import Lease, LeaseKey
from aima.domain.text import storable
from aima.stores.postgres.jobs import PostgresJobs
from aima.stores.postgres.media import PostgresMedia
from aima.stores.postgres.observations import write_receipts
from aima.stores.postgres.queue.base import CHANNEL, Part, alone, lightly, wake
from aima.telemetry.failpoints import failpoint

TAKEABLE: Final = """s.state = 'waiting' AND (s.not_before IS NULL OR s.not_before <= clock_timestamp())
    AND NOT EXISTS (
        SELECT FROM job_segments twin
        WHERE twin.content_id = s.content_id AND twin.stream = s.stream AND twin.segment_no = s.segment_no
            AND twin.state = 'leased')"""
"""Of a row s of job_segments; of its job nothing is said."""

# Of each job in its turn no more rows are looked at than are wanted.
PICK = text(f"""
SELECT s.* FROM analysis_jobs j CROSS JOIN LATERAL (
    SELECT s.job_id, s.content_id, s.stream, s.segment_no FROM job_segments s
    WHERE s.job_id = j.job_id AND {TAKEABLE}
    ORDER BY s.stream, s.segment_no LIMIT :most FOR UPDATE OF s SKIP LOCKED) s
WHERE j.status IN ('queued', 'running') AND (CAST(:jobs AS uuid[]) IS NULL OR j.job_id = ANY (CAST(:jobs AS uuid[])))
ORDER BY j.priority DESC, j.created_at, j.job_id, s.stream, s.segment_no LIMIT :most
""")  # noqa: S608 - of constants

TAKE = text("""
UPDATE job_segments s
SET state = 'leased', fleet_id = :fleet, lease_until = clock_timestamp() + make_interval(secs => :lease_s),
    not_before = NULL, done_us = 0
FROM unnest(CAST(:jobs AS uuid[]), CAST(:streams AS text[]), CAST(:nos AS integer[])) AS picked (job_id, stream, no),
    segments g
WHERE s.job_id = picked.job_id AND s.stream = picked.stream AND s.segment_no = picked.no
    AND g.content_id = s.content_id AND g.stream = s.stream AND g.no = s.segment_no
RETURNING CAST(s.job_id AS text) AS job_id, s.content_id, s.stream, s.segment_no, g.start_us, g.end_us, s.attempts,
    s.losses
""")

BEGIN = text("""
UPDATE analysis_jobs SET status = 'running', started_at = coalesce(started_at, clock_timestamp())
WHERE job_id = ANY (CAST(:jobs AS uuid[])) AND status = 'queued'
""")

EXPIRE = text("""
UPDATE job_segments SET state = 'waiting', losses = losses + 1, fleet_id = NULL, lease_until = NULL
WHERE (job_id, stream, segment_no) IN (
    SELECT job_id, stream, segment_no FROM job_segments
    WHERE state = 'leased' AND lease_until <= clock_timestamp() AND fleet_id <> :fleet FOR UPDATE SKIP LOCKED)
""")

PROLONG = text("""
UPDATE job_segments SET lease_until = clock_timestamp() + make_interval(secs => :lease_s)
WHERE state = 'leased' AND lease_until <= clock_timestamp() AND fleet_id = :fleet
""")

# Rows are locked in one order: two calls for the same fleet wait for each other in turn.
KEEP = text("""
WITH held AS MATERIALIZED (
    SELECT job_id, stream, segment_no FROM job_segments WHERE state = 'leased' AND fleet_id = :fleet
    ORDER BY job_id, stream, segment_no FOR UPDATE)
UPDATE job_segments s
SET lease_until = clock_timestamp() + make_interval(secs => :lease_s), done_us = coalesce(far.done_us, s.done_us)
FROM held LEFT JOIN unnest(
    CAST(:jobs AS uuid[]), CAST(:streams AS text[]), CAST(:nos AS integer[]), CAST(:done_us AS bigint[])
) AS far (job_id, stream, segment_no, done_us) USING (job_id, stream, segment_no)
WHERE s.job_id = held.job_id AND s.stream = held.stream AND s.segment_no = held.segment_no
RETURNING CAST(s.job_id AS text) AS job_id, s.stream, s.segment_no
""")

SEEN = text("UPDATE fleets SET seen_at = clock_timestamp() WHERE fleet_id = :fleet")

GIVE_BACK = text("""
WITH held AS MATERIALIZED (
    SELECT job_id, stream, segment_no FROM job_segments
    WHERE state = 'leased' AND fleet_id = :fleet AND (
        CAST(:is_all AS boolean) OR (job_id, stream, segment_no) IN (
            SELECT * FROM unnest(CAST(:jobs AS uuid[]), CAST(:streams AS text[]), CAST(:nos AS integer[]))))
    ORDER BY job_id, stream, segment_no FOR UPDATE)
UPDATE job_segments s
SET state = 'waiting', losses = losses + :losses, fleet_id = NULL, lease_until = NULL, done_us = 0
FROM held WHERE s.job_id = held.job_id AND s.stream = held.stream AND s.segment_no = held.segment_no
""")

_ROW: Final = "job_id = :job AND stream = :stream AND segment_no = :no"

LOCK = text(f"SELECT state FROM job_segments WHERE {_ROW} FOR UPDATE")  # noqa: S608 - of constants

# Another job that wants the same segment of the content may have it now.
FINISH = text(f"""
WITH finished AS (
    UPDATE job_segments
    SET state = 'done', decode_cpu_s = :decode_cpu_s, fleet_id = NULL, lease_until = NULL, not_before = NULL,
        done_us = 0, code = NULL, detail = NULL
    WHERE {_ROW} RETURNING content_id, stream, segment_no)
SELECT pg_notify(:channel, '') FROM finished JOIN job_segments s USING (content_id, stream, segment_no)
WHERE s.state = 'waiting' LIMIT 1
""")  # noqa: S608 - of constants

FAIL = text(f"""
UPDATE job_segments
SET state = CASE WHEN CAST(:again_in_s AS double precision) IS NULL THEN 'failed' ELSE 'waiting' END,
    not_before = clock_timestamp() + make_interval(secs => CAST(:again_in_s AS double precision)),
    attempts = attempts + 1, fleet_id = NULL, lease_until = NULL, done_us = 0, code = :code, detail = :detail
WHERE {_ROW} AND state = 'leased'
""")  # noqa: S608 - of constants


class Leases(Part):
    """Segments are taken and come to an end."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._jobs, self._media = PostgresJobs(engine), PostgresMedia(engine)

    def lease(self, fleet_id: str, limit: int, lease_s: float, job_ids: Collection[str] | None = None) -> list[Lease]:
        """Take segments, each for so many seconds; see the port. What the fleet holds itself and let run out by being
        asleep is prolonged, and not given to it twice."""
        who = {"fleet": fleet_id, "lease_s": lease_s}
        wanted = None if job_ids is None else list(job_ids)
        taken: list[Row[Any]] = []
        with self._engine.begin() as connection:
            lightly(connection)  # who finishes a segment need not hold it
            alone(connection)
            connection.execute(EXPIRE, {"fleet": fleet_id})
            connection.execute(PROLONG, who)
            while len(taken) < limit and (picked := _pick(connection, limit - len(taken), wanted)):
                rows = connection.execute(TAKE, who | _columns(picked))
                taken += sorted(rows, key=lambda row: picked.index(_key_of(row)))
            connection.execute(BEGIN, {"jobs": list({row.job_id for row in taken})})
        return self._leases(taken)

    def keep(self, fleet_id: str, lease_s: float, done_us: Mapping[LeaseKey, int]) -> set[LeaseKey]:
        """Prolong what the fleet holds, note how far it is, and say that the fleet lives. Gives what it holds."""
        values = {"fleet": fleet_id, "lease_s": lease_s, **_columns(list(done_us)), "done_us": list(done_us.values())}
        with self._engine.begin() as connection:
            lightly(connection)
            connection.execute(SEEN, {"fleet": fleet_id})
            return {_key_of(row) for row in connection.execute(KEEP, values)}

    def finish(self, key: LeaseKey, receipts: Sequence[Receipt], decode_cpu_s: float) -> None:
        """The segment is observed: its markers, crops and state in one transaction, whoever holds it. Repeating it
        changes nothing. If there is no such job any more, nothing is written."""
        failpoint("observations.before_commit")
        with self._engine.begin() as connection:
            state = connection.scalar(LOCK, _named(key))
            if state is not None:
                write_receipts(connection, receipts)
            if state not in {None, "done"}:
                connection.execute(FINISH, {**_named(key), "decode_cpu_s": decode_cpu_s, "channel": CHANNEL})
        failpoint("observations.committed")

    def fail(self, key: LeaseKey, code: str, detail: str, again_in_s: float | None) -> None:
        """The attempt failed. again_in_s: it waits so long and is tried once more; None: it is given up.

        Nothing changes if the segment is not leased: somebody else has noted how it ended.
        """
        values = {**_named(key), "code": code, "detail": storable(detail), "again_in_s": again_in_s}
        with self._engine.begin() as connection:
            if connection.execute(FAIL, values).rowcount:
                wake(connection)

    def give_back(self, fleet_id: str, keys: Collection[LeaseKey] | None = None, *, is_loss: bool) -> int:
        """Return these leases of the fleet, or all, without counting the attempt; is_loss: counts as a loss.
        Gives how many."""
        with self._engine.begin() as connection:
            return give_back(connection, fleet_id, keys, is_loss=is_loss)

    def _leases(self, taken: Sequence[Row[Any]]) -> list[Lease]:
        """The rows with their jobs and media; without those that were removed this very moment."""
        if not taken:
            return []
        jobs = {job.job_id: job for job in self._jobs.of({row.job_id for row in taken})}
        media = {medium.media_id: medium for medium in self._media.of({job.media_id for job in jobs.values()})}
        return [
            Lease(
                (job := jobs[row.job_id]),
                media[job.media_id],
                Segment(row.content_id, row.segment_no, row.stream, row.start_us, row.end_us),
                attempt=row.attempts + 1,
                losses=row.losses,
            )
            for row in taken
            if row.job_id in jobs
        ]


def give_back(connection: Connection, fleet_id: str, keys: Collection[LeaseKey] | None, *, is_loss: bool) -> int:
    """Return leases in this transaction; see `Leases.give_back`."""
    values = {"fleet": fleet_id, "is_all": keys is None, "losses": int(is_loss), **_columns(list(keys or ()))}
    returned = connection.execute(GIVE_BACK, values).rowcount
    if returned:
        wake(connection)
    return returned


def _pick(connection: Connection, most: int, jobs: list[str] | None) -> list[LeaseKey]:
    """What is next, locked; of each segment of a content one, though several jobs want it."""
    rows = connection.execute(PICK, {"most": most, "jobs": jobs})
    first: dict[tuple[str, str, int], LeaseKey] = {}
    for row in rows:
        first.setdefault((row.content_id, row.stream, row.segment_no), (str(row.job_id), row.stream, row.segment_no))
    return list(first.values())


class _Columns(TypedDict):
    jobs: list[str]
    streams: list[str]
    nos: list[int]


def _columns(keys: Sequence[LeaseKey]) -> _Columns:
    """Keys as the arrays that the statements take."""
    return {"jobs": [key[0] for key in keys], "streams": [key[1] for key in keys], "nos": [key[2] for key in keys]}


def _named(key: LeaseKey) -> dict[str, Any]:
    return dict(zip(("job", "stream", "no"), key, strict=True))


def _key_of(row: Row[Any]) -> LeaseKey:
    return row.job_id, row.stream, row.segment_no
