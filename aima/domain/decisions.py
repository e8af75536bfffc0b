"""Decisions of people, checked against the state before they become events. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Final

from aima.domain.identity import State, effective, next_number
from aima.domain.ledger import Event, Kind, Payload
from aima.errors import DecisionImpossible, EventUnknown, PersonUnknown

MAX_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class Decision:
    """An event in the making."""

    kind: Kind
    payload: Payload


def name(state: State, person_id: str, given: str | None) -> Decision:
    """Give a person a name, or take it away with None.

    Raises:
        PersonUnknown: nobody has this id now.
        DecisionImpossible: no name: empty, over 200 characters, or with control characters.
    """
    _tracks_of(state, person_id)
    text = None if given is None else " ".join(given.split())
    if text is not None and not (0 < len(text) <= MAX_NAME and text.isprintable()):
        raise DecisionImpossible("a name has 1 to 200 printable characters", "give another name")
    return Decision("named", {"person_id": person_id, "name": text})


def merge(state: State, into: str, other: str) -> Decision:
    """Put everything of `other` to `into`.

    Raises:
        PersonUnknown: nobody has one of these ids now.
    """
    _tracks_of(state, into)
    _tracks_of(state, other)
    return Decision("merged", {"into": into, "from": other})


def split(state: State, person_id: str, track_ids: Collection[str], new_id: str) -> Decision:
    """Make a new person of some tracks of a person.

    Raises:
        PersonUnknown: nobody has this id now.
        DecisionImpossible: no track, a track of somebody else, or all tracks.
    """
    own, wanted = set(_tracks_of(state, person_id)), set(track_ids)
    if foreign := wanted - own:
        raise DecisionImpossible(f"track {min(foreign)} is not of this person", "see: aima persons show PERSON")
    if not wanted or wanted == own:
        raise DecisionImpossible("a split needs some of the tracks, not none and not all", "name other tracks")
    places = [state.tracks[track_id].locator for track_id in sorted(wanted)]
    payload = {
        "person_id": person_id,
        "new_person_id": new_id,
        "number": next_number(state.events),
        "locators": [asdict(place) | {"box": place.box and list(place.box)} for place in places],
    }
    return Decision("split", payload)


def undo(state: State, event_id: str | None = None) -> Decision:
    """Take an event back; without an id the last decision about persons that stands. Undoing an undo is a redo.

    Raises:
        EventUnknown: there is no such event, or no decision to undo.
        DecisionImpossible: it is undone already.
    """
    standing = effective(state.events)
    if event_id is None:
        return Decision("undone", {"event_id": _last_decision(standing).event_id})
    if event_id not in {event.event_id for event in state.events}:
        raise EventUnknown(f"there is no event {event_id}", "see: aima persons history")
    if event_id not in {event.event_id for event in standing}:
        raise DecisionImpossible(f"event {event_id} is undone already", "see: aima persons history")
    return Decision("undone", {"event_id": event_id})


def _last_decision(standing: list[Event]) -> Event:
    for event in reversed(standing):
        if event.kind not in {"fused", "switched", "undone"}:
            return event
    raise EventUnknown("there is no decision to undo", "see: aima persons history")


def _tracks_of(state: State, person_id: str) -> list[str]:
    tracks = state.members.get(person_id)
    if not tracks:
        raise PersonUnknown(f"there is no person {person_id}", "see: aima persons list")
    return tracks
