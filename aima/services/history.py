"""The ledger in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aima.domain.identity import State, effective, minted
from aima.domain.ledger import Event


@dataclass(frozen=True, slots=True)
class Entry:
    """An event in words. `stands`: it was not undone. `conflict`: why it does not apply, if so."""

    event: Event
    text: str
    stands: bool
    conflict: str | None


def entries(state: State) -> list[Entry]:
    """Every event of the ledger in words, oldest first."""
    numbers = {person_id: number for event in state.events for person_id, number in minted(event)}
    standing = {event.event_id for event in effective(state.events)}
    conflicts = {conflict.event_id: conflict.reason for conflict in state.conflicts}
    seqs = {event.event_id: event.seq for event in state.events}
    return [
        Entry(event, words(event, numbers, seqs), event.event_id in standing, conflicts.get(event.event_id))
        for event in state.events
    ]


def words(event: Event, numbers: Mapping[str, int], seqs: Mapping[str, int]) -> str:
    """One event in words; persons are called by their numbers, which never change."""
    given = event.payload
    match event.kind:
        case "fused":
            return f"fused {given['run_id'][:8]}: {_count(given['minted'], 'new person')}"
        case "named":
            says = "has no name any more" if given["name"] is None else f"is named {given['name']}"
            return f"#{numbers[given['person_id']]} {says}"
        case "merged":
            return f"#{numbers[given['from']]} was merged into #{numbers[given['into']]}"
        case "split":
            parts = _count(given["locators"], "track")
            return f"{parts} of #{numbers[given['person_id']]} split off as #{given['number']}"
        case "switched":
            return f"{given['model']} answers for {given['task']}"
        case "undone":
            return f"event {seqs[given['event_id']]} was undone"


def _count(items: Sequence[object], noun: str) -> str:
    return f"{len(items)} {noun}" if len(items) == 1 else f"{len(items)} {noun}s"
