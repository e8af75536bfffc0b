"""Finds the person whom a text means, and says which person a speaker is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from aima.domain.person import Person, TrackRecord
from aima.domain.text import display
from aima.errors import PersonError, PersonUnknown
from aima.stores.ports import PersonStore

MIN_PREFIX = 4
"""Hex digits that an abbreviated id needs."""

_UNKNOWN = re.compile(r"(?:unknown\s+|#)(\d+)", re.IGNORECASE)


def persons_of_speakers(tracks: Iterable[TrackRecord]) -> dict[int, str]:
    """Of each speaker of a content the person, by id, to whom most of the turns belong; of nobody nothing.

    tracks: of the content; those of faces are passed over.
    """
    heard: dict[int, Counter[str]] = {}
    for track in tracks:
        if track.speaker is not None and track.person_id is not None:
            length = track.locator.end_us - track.locator.start_us
            heard.setdefault(track.speaker, Counter())[track.person_id] += length
    return {speaker: min(own, key=lambda person_id: (-own[person_id], person_id)) for speaker, own in heard.items()}


def names_of_speakers(persons: PersonStore, content_id: str) -> dict[int, str]:
    """What the speakers of a content are called who are persons: the name, or "Unknown n"."""
    owners = persons_of_speakers(persons.tracks_in([content_id]))
    labels = {person.person_id: person.label for person in persons.of(set(owners.values()))}
    return {speaker: labels[person_id] for speaker, person_id in owners.items()}


def find_person(everybody: Sequence[Person], who: str) -> Person:
    """The person that is meant by an id, "Unknown n" or "#n", a name, or the beginning of an id, in this order.

    Raises:
        PersonUnknown: nobody, or somebody of whom nothing is left.
        PersonError: several; the message names them.
    """
    active = [person for person in everybody if person.state == "active"]
    for means in (_by_id, _by_number, _by_name, _by_prefix):
        meant = [person for person in active if means(person, who)]
        if len(meant) == 1:
            return meant[0]
        if meant:
            names = ", ".join(f"{p.label} ({p.person_id[:8]})" for p in meant)
            raise PersonError(f"{display(who)!r} means {len(meant)} persons: {names}", "give the id")
    raise PersonUnknown(_why_nobody(who, everybody), "see: aima persons list")


def _by_id(person: Person, text: str) -> bool:
    return person.person_id == text.strip().casefold()


def _by_number(person: Person, text: str) -> bool:
    match = _UNKNOWN.fullmatch(text.strip())
    return match is not None and int(match[1]) == person.number


def _by_name(person: Person, text: str) -> bool:
    return person.name is not None and person.name.casefold() == " ".join(text.split()).casefold()


def _by_prefix(person: Person, text: str) -> bool:
    prefix = text.strip().casefold()
    return len(prefix) >= MIN_PREFIX and person.person_id.startswith(prefix)


def _why_nobody(who: str, everybody: Sequence[Person]) -> str:
    labels = {person.person_id: person.label for person in everybody}
    for means in (_by_id, _by_number, _by_prefix):
        for person in everybody:
            if means(person, who) and person.merged_into:
                return f"{person.label} was merged into {labels[person.merged_into]}"
            if means(person, who):
                return f"the last run gives nothing of {person.label}"
    return f"there is no person {display(who)!r}"
