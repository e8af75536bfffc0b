"""The ledger in PostgreSQL: one writer at a time, append-only."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, func, insert, select, text

from aima.domain.decisions import Decision
from aima.domain.identity import Assigned, Run, State, apply, effective, minted, replay
from aima.domain.ledger import Event, canonical, follow
from aima.errors import DecisionImpossible
from aima.stores.ports import Decide, Decided
from aima.stores.postgres import projection
from aima.stores.postgres.persons import locator_of
from aima.stores.postgres.schema import assignments, fusion_runs, persons, tracks
from aima.stores.postgres.schema import ledger_events as ledger
from aima.telemetry.failpoints import failpoint

LOCK = 0x6C656467  # "ledg"


class PostgresLedger:
    """`LedgerStore` on PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def events(self) -> list[Event]:
        """The whole ledger in order."""
        with self._engine.connect() as connection:
            return read_events(connection)

    def origin(self) -> str | None:
        """Id of the first event: two archives never have the same. None before there is one."""
        with self._engine.connect() as connection:
            return connection.scalar(select(ledger.c.event_id).order_by(ledger.c.seq).limit(1))

    def state(self) -> State:
        """The replay of the whole ledger over the run that stands."""
        with self._engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            return read_state(connection)

    def decide(self, decide: Decide, actor: str) -> Decided:
        """Append a decision and carry it into the projection, in one transaction and one at a time.

        Raises:
            DecisionImpossible: it would contradict the evidence; nothing is written.
        """
        with self._engine.begin() as connection:
            lock(connection)
            before = read_state(connection)
            decision = decide(before)
            event = append(connection, before, decision, actor)
            failpoint("ledger.appended")
            after = apply(before, event, lambda run_id: read_run(connection, run_id))
            for conflict in after.noted:
                if conflict.event_id == event.event_id:
                    raise DecisionImpossible(conflict.reason, "nothing was changed")
            projection.project(connection, after)
        failpoint("ledger.decided")
        return Decided(event, before, after)

    def rebuild(self) -> None:
        """Make the projection anew from the ledger and the run that stands."""
        with self._engine.begin() as connection:
            lock(connection)
            projection.project(connection, read_state(connection))


def lock(connection: Connection) -> None:
    """Make this transaction the only one that appends, until it ends."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def append(connection: Connection, state: State, decision: Decision, actor: str) -> Event:
    """Write the event that follows the last one, and rows for the persons that it brings. Needs the lock."""
    event = follow(
        state.events[-1] if state.events else None,
        decision.kind,
        decision.payload,
        event_id=str(uuid.uuid4()),
        actor=actor,
        at_us=time.time_ns() // 1000,
    )
    connection.execute(insert(ledger).values(_row_of(event)))
    newcomers = [
        {"person_id": person_id, "number": number, "state": "gone", "hidden": False}
        for person_id, number in minted(event)
    ]
    if newcomers:
        connection.execute(insert(persons), newcomers)
    return event


def read_events(connection: Connection) -> list[Event]:
    """The whole ledger in order."""
    return [_event_of(row) for row in connection.execute(select(ledger).order_by(ledger.c.seq))]


def read_state(connection: Connection) -> State:
    """The replay of the whole ledger."""
    return replay(read_events(connection), lambda run_id: read_run(connection, run_id))


def read_run(connection: Connection, run_id: str) -> Run:
    """The machine's assignments of a run."""
    return _run_of(run_id, connection.execute(_assigned().where(assignments.c.run_id == run_id)).all())


def read_memories(connection: Connection, events: Sequence[Event], content_ids: set[str]) -> tuple[State, State]:
    """Who was who in each of these contents when last in a run; then, for who is not in that, where they were last.

    The second brings back whom a run, with another model perhaps, took for somebody else. Only runs that stand count.
    The decisions are laid over both, as over a run.
    """
    latest = _run_of("", _last_rows(connection, events, content_ids, tracks.c.content_id))
    seen = replay(events, lambda _: latest)
    there = {placed.root for placed in seen.tracks.values()}
    everybody = _last_rows(connection, events, content_ids, assignments.c.person_id)
    earlier = _run_of("", [row for row in everybody if row.assigned not in there])
    return seen, replay(events, lambda _: earlier)


def _assigned() -> Select[*tuple[Any, ...]]:
    source = assignments.join(tracks).outerjoin(persons, persons.c.person_id == assignments.c.person_id)
    return select(tracks, assignments.c.person_id.label("assigned"), persons.c.number).select_from(source)


def _last_rows(
    connection: Connection, events: Sequence[Event], content_ids: set[str], key: ColumnElement[str]
) -> Sequence[Row[Any]]:
    """Assignments in contents, for each value of a column in the last run that stands and has it; oldest run first."""
    standing = [event.seq for event in effective(events) if event.kind == "fused"]
    there = tracks.c.content_id.in_(content_ids)
    last = (
        select(key.label("key"), func.max(fusion_runs.c.event_seq).label("seq"))
        .select_from(assignments.join(tracks).join(fusion_runs))
        .where(there, fusion_runs.c.event_seq.in_(standing))
        .group_by(key)
        .subquery()
    )
    query = (
        _assigned()
        .join(fusion_runs, fusion_runs.c.run_id == assignments.c.run_id)
        .join(last, (last.c.key == key) & (last.c.seq == fusion_runs.c.event_seq))
        .where(there)
        .order_by(fusion_runs.c.event_seq)
    )
    return connection.execute(query).all()


def _run_of(run_id: str, rows: Sequence[Row[Any]]) -> Run:
    """A run from rows of `_assigned`; the last row of a track counts."""
    return Run(
        run_id,
        {row.track_id: Assigned(row.assigned, locator_of(row)) for row in rows},
        {row.assigned: row.number for row in rows if row.assigned is not None},
    )


def _row_of(event: Event) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "event_id": event.event_id,
        "kind": event.kind,
        "actor": event.actor,
        "at_us": event.at_us,
        "payload": canonical(event.payload),
        "prev_hash": event.prev_hash,
        "hash": event.hash,
    }


def _event_of(row: Row[*tuple[Any, ...]]) -> Event:
    return Event(
        seq=row.seq,
        event_id=row.event_id,
        kind=row.kind,
        actor=row.actor,
        at_us=row.at_us,
        payload=json.loads(row.payload),
        prev_hash=row.prev_hash,
        hash=row.hash,
    )
