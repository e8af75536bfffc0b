"""The outbox in PostgreSQL: changes in order of commit, cursors, dead letters, and one publisher at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, delete, func, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert

from aima.domain.outbox import Change, DeadLetter, Topic
from aima.stores.postgres.announce import CHANNEL, announce
from aima.stores.postgres.listening import heard, own
from aima.stores.postgres.schema import outbox, outbox_cursors, outbox_dead_letters

PUBLISHING = 0x7075626C  # "publ"
ATTENDING = 0x61747464  # "attd"


class PostgresOutbox:
    """`Outbox` on PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def head(self) -> int:
        """Seq of the last change; 0 if there is none. Rows that were pruned count."""
        with self._engine.connect() as connection:
            last = connection.scalar(select(func.max(outbox.c.seq)))
            return last if last is not None else connection.scalar(select(func.max(outbox_cursors.c.seq))) or 0

    def cursors(self) -> dict[str, int]:
        """Seq up to which each consumer has applied everything."""
        with self._engine.connect() as connection:
            return {row.consumer: row.seq for row in connection.execute(select(outbox_cursors))}

    def after(self, seq: int, limit: int) -> list[Change]:
        """The next changes behind `seq`, ascending."""
        query = select(outbox).where(outbox.c.seq > seq).order_by(outbox.c.seq).limit(limit)
        with self._engine.connect() as connection:
            return [Change(row.seq, row.topic, row.key) for row in connection.execute(query)]

    def advance(self, consumer: str, seq: int, applied: Sequence[Change], dead: Sequence[DeadLetter]) -> None:
        """Move a cursor forward, never back, and keep what could not be applied, in one transaction."""
        letters = outbox_dead_letters
        with self._engine.begin() as connection:
            if applied:
                named = tuple_(letters.c.topic, letters.c.key).in_([(change.topic, change.key) for change in applied])
                connection.execute(delete(letters).where(letters.c.consumer == consumer, named))
            if dead:
                _keep(connection, dead)
            given = insert(outbox_cursors).values(consumer=consumer, seq=seq)
            forward = {
                "seq": func.greatest(outbox_cursors.c.seq, given.excluded.seq),
                "updated_at": func.clock_timestamp(),
            }
            connection.execute(given.on_conflict_do_update(index_elements=["consumer"], set_=forward))

    def dead_letters(self) -> list[DeadLetter]:
        """What could not be applied, sorted by consumer and seq."""
        letters = outbox_dead_letters
        with self._engine.connect() as connection:
            rows = connection.execute(select(letters).order_by(letters.c.consumer, letters.c.seq, letters.c.key))
            return [DeadLetter(r.consumer, Change(r.seq, r.topic, r.key), r.code, r.detail) for r in rows]

    def enqueue(self, keys: Sequence[tuple[Topic, str]]) -> int:
        """Announce these keys again; gives the head."""
        with self._engine.begin() as connection:
            for topic in sorted({topic for topic, _ in keys}):
                announce(connection, topic, (key for own, key in keys if own == topic))
        return self.head()

    def prune(self, keep: int) -> int:
        """Drop what every consumer has applied but the last `keep` rows; gives how many went."""
        with self._engine.begin() as connection:
            done = connection.scalar(select(func.min(outbox_cursors.c.seq))) or 0
            last = connection.scalar(select(func.max(outbox.c.seq))) or 0
            gone = delete(outbox).where(outbox.c.seq <= min(done, last - max(keep, 1)))
            return connection.execute(gone).rowcount

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """True: this process alone publishes until the end. False: another one does. Who dies lets go of it."""
        with own(self._engine) as connection:
            is_ours = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": PUBLISHING}))
            yield is_ours
            if is_ours:
                connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": PUBLISHING})

    @contextmanager
    def attending(self) -> Iterator[None]:
        """This process publishes whatever comes, until the end: others may leave it to it. Who dies no longer does."""
        with own(self._engine) as connection:
            connection.execute(text("SELECT pg_advisory_lock_shared(:lock)"), {"lock": ATTENDING})
            yield
            connection.execute(text("SELECT pg_advisory_unlock_shared(:lock)"), {"lock": ATTENDING})

    def attended(self) -> bool:
        """Whether a process is there that publishes whatever comes."""
        with self._engine.begin() as connection:  # who gets the lock holds it to the end of this transaction only
            return not connection.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": ATTENDING})

    def wait(self, timeout_s: float, seen: int | None = None) -> bool:
        """Sleep until something changes: True; or until the time is over: False.

        seen: True at once if there is a change behind this one already; none: only what comes from now on counts.
        """
        with own(self._engine) as connection:
            connection.execute(text(f"LISTEN {CHANNEL}"))
            behind = connection.scalar(select(func.max(outbox.c.seq))) or 0
            woken = (seen is not None and behind > seen) or heard(connection, timeout_s)
            connection.execute(text(f"UNLISTEN {CHANNEL}"))
        return woken


def _keep(connection: Connection, dead: Sequence[DeadLetter]) -> None:
    rows = [
        {
            "consumer": letter.consumer,
            "topic": letter.change.topic,
            "key": letter.change.key,
            "seq": letter.change.seq,
            "code": letter.code,
            "detail": letter.detail,
        }
        for letter in dead
    ]
    given = insert(outbox_dead_letters)
    renewed = {name: given.excluded[name] for name in ("seq", "code", "detail")}
    connection.execute(given.on_conflict_do_update(index_elements=["consumer", "topic", "key"], set_=renewed), rows)
