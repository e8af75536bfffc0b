"""The ledger: events in a hash chain, so that none can be changed, dropped from the middle or put in unnoticed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from aima.errors import LedgerBroken

Kind = Literal["fused", "named", "merged", "split", "switched", "undone"]
Payload = Mapping[str, Any]

ORIGIN: Final = "0" * 64
"""What stands before the first event in place of a hash."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `at_us` is wall clock in microseconds since 1970; `hash` covers everything before it."""

    seq: int
    event_id: str
    kind: Kind
    actor: str
    at_us: int
    payload: Payload
    prev_hash: str
    hash: str


def canonical(value: Any) -> str:
    """The one JSON text of a value: sorted keys, no spaces, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def follow(previous: Event | None, kind: Kind, payload: Payload, *, event_id: str, actor: str, at_us: int) -> Event:
    """The event that comes after `previous`, or the first one."""
    seq = previous.seq + 1 if previous else 1
    prev_hash = previous.hash if previous else ORIGIN
    unsealed = Event(seq, event_id, kind, actor, at_us, payload, prev_hash, "")
    return Event(seq, event_id, kind, actor, at_us, payload, prev_hash, digest(unsealed))


def digest(event: Event) -> str:
    """sha256 over the previous hash and the event's own content."""
    content = {
        "seq": event.seq,
        "event_id": event.event_id,
        "kind": event.kind,
        "actor": event.actor,
        "at_us": event.at_us,
        "payload": event.payload,
    }
    return hashlib.sha256((event.prev_hash + canonical(content)).encode()).hexdigest()


def verify(events: Sequence[Event]) -> None:
    """Check numbering and hashes of the whole ledger.

    Raises:
        LedgerBroken: names the first event that does not fit.
    """
    prev_hash = ORIGIN
    for seq, event in enumerate(events, start=1):
        if event.seq != seq:
            raise LedgerBroken(f"event {seq} of the ledger is missing", "restore the database from a backup")
        if event.prev_hash != prev_hash or event.hash != digest(event):
            raise LedgerBroken(f"event {seq} of the ledger was changed", "restore the database from a backup")
        prev_hash = event.hash
