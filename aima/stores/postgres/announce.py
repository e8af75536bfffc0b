"""Announces changes in the transaction that makes them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, insert, text

from aima.domain.outbox import Topic
from aima.stores.postgres.schema import outbox
from aima.telemetry.failpoints import failpoint

CHANNEL = "aima_outbox"
LOCK = 0x6F757462  # "outb"


def announce(connection: Connection, topic: Topic, keys: Iterable[str]) -> None:
    """Write an outbox row for each key and wake who waits, both at the commit of this transaction.

    From here to its end no other transaction may announce, so that seq grows in the order of commits: announce last.
    """
    rows = [{"topic": topic, "key": key} for key in sorted(set(keys))]
    if not rows:
        return
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    connection.execute(insert(outbox), rows)
    connection.execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})
    failpoint("outbox.announced")
