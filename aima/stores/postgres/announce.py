"""Announces changes in the transaction that makes them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, text

from aima.domain.outbox import Topic
from aima.telemetry.failpoints import failpoint

CHANNEL = "aima_outbox"
LOCK = 0x6F757462  # "outb"
# One round trip, at the end of so many transactions. No row is made, and so no seq drawn, before the lock is held.
ANNOUNCE = text(
    "WITH locked AS MATERIALIZED (SELECT pg_advisory_xact_lock(:lock)), added AS ("
    " INSERT INTO outbox (topic, key)"
    " SELECT :topic, key FROM locked, unnest(CAST(:keys AS text[])) WITH ORDINALITY AS given (key, no) ORDER BY no)"
    " SELECT pg_notify(:channel, '')"
)


def announce(connection: Connection, topic: Topic, keys: Iterable[str]) -> None:
    """Write an outbox row for each key and wake who waits, both at the commit of this transaction.

    From here to its end no other transaction may announce, so that seq grows in the order of commits: announce last.
    """
    wanted = sorted(set(keys))
    if not wanted:
        return
    connection.execute(ANNOUNCE, {"lock": LOCK, "topic": topic, "keys": wanted, "channel": CHANNEL})
    failpoint("outbox.announced")
