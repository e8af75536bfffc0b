"""Persons: who was found, and the decisions of people about them."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from aima.domain import decisions, ledger
from aima.domain.decisions import Decision
from aima.domain.identity import State, state_hash
from aima.domain.person import Person
from aima.domain.text import display
from aima.domain.track import Appearance
from aima.errors import DecisionImpossible, EventUnknown
from aima.services import history
from aima.services.history import Entry
from aima.services.naming import MIN_PREFIX, find_person
from aima.services.person_views import (
    Change,
    PersonDetail,
    PersonView,
    Seen,
    Verification,
    view_appearance,
    view_change,
    view_expression,
    view_person,
)
from aima.stores.ports import Stores


class PersonService:
    """Reads persons and lets `actor` decide about them."""

    def __init__(self, stores: Stores, actor: str) -> None:
        self._stores, self._actor = stores, actor

    def list(self) -> list[PersonView]:
        """Persons of whom something is there, the longest seen first, then the longest heard."""
        persons = (p for p in self._stores.persons.all() if p.state == "active" and not p.hidden)
        views = self._views(persons, self._stores.persons.appearances())
        return sorted(views, key=lambda view: (-view.seen_us, -view.heard_us, view.number))

    def show(self, who: str) -> PersonDetail:
        """Everything about a person, named by id, beginning of an id, name or "Unknown n".

        Raises:
            PersonUnknown, PersonError: nobody or several are meant.
        """
        person = self.resolve(who)
        (view,) = self._views([person], self._stores.persons.appearances_of([person.person_id]))
        tracks = self._stores.persons.tracks_of([person.person_id])
        return PersonDetail(view, tuple(tracks), self._stores.persons.run(), view_expression(tracks))

    def resolve(self, who: str) -> Person:
        """The person that is meant by an id, the beginning of one, a name or "Unknown n".

        Raises:
            PersonUnknown: nobody, or somebody of whom nothing is left.
            PersonError: several; the message names them.
        """
        return find_person(self._stores.persons.all(), who)

    def name(self, who: str, name: str | None) -> Change:
        """Give a person a name; None takes it away.

        Raises:
            PersonError: the person is not found, or the name is none.
        """
        person = self.resolve(who)
        return self._decide(lambda state: decisions.name(state, person.person_id, name))

    def merge(self, into: str, other: str) -> Change:
        """Put everything of `other` to `into`.

        Raises:
            PersonError: one is not found.
            DecisionImpossible: both are seen at the same time in one medium.
        """
        first, second = self.resolve(into), self.resolve(other)
        return self._decide(lambda state: decisions.merge(state, first.person_id, second.person_id))

    def split(self, who: str, parts: Sequence[str]) -> Change:
        """Make a new person of some appearances or tracks, given by id or the beginning of one.

        Raises:
            PersonError: the person is not found.
            DecisionImpossible: a part is not of this person, or nothing would be left.
        """
        detail = self.show(who)
        wanted = {track_id for part in parts for track_id in _tracks_of(part, detail)}
        new_id = str(uuid.uuid4())
        return self._decide(lambda state: decisions.split(state, detail.person.person_id, wanted, new_id))

    def undo(self, event: str | None = None) -> Change:
        """Take back an event, given by number, id or the beginning of one; else the last decision that stands.

        Raises:
            EventUnknown: there is no such event.
            DecisionImpossible: it is undone already.
        """
        event_id = self._event_id(event) if event is not None else None
        return self._decide(lambda state: decisions.undo(state, event_id))

    def history(self) -> Sequence[Entry]:
        """Every event in words, oldest first."""
        return history.entries(self._stores.ledger.state())

    def verify(self, mend: bool = False) -> Verification:
        """Check the chain, and that the persons shown are those of the ledger; `mend` makes them so again.

        Raises:
            LedgerBroken: the chain does not hold.
        """
        state = self._stores.ledger.state()
        ledger.verify(state.events)
        expected = state_hash(state)
        same = self._stores.persons.digest() == expected
        if mend and not same:
            self._stores.ledger.rebuild()
        return Verification(same or mend, len(state.events), expected, mended=mend and not same)

    def _views(self, persons: Iterable[Person], appearances: Sequence[Appearance]) -> Iterator[PersonView]:
        """Persons with those of the appearances that are theirs."""
        there = {appearance.media_id for appearance in appearances}
        media = {medium.media_id: medium for medium in self._stores.media.of(there)}
        seen: dict[str, list[Seen]] = defaultdict(list)
        for appearance in appearances:
            seen[appearance.person_id].append(view_appearance(appearance, media[appearance.media_id]))
        return (view_person(person, seen[person.person_id]) for person in persons)

    def _decide(self, decide: Callable[[State], Decision]) -> Change:
        return view_change(self._stores.ledger.decide(decide, self._actor))

    def _event_id(self, text: str) -> str:
        wanted = text.casefold()
        events = self._stores.ledger.events()
        if wanted.lstrip("#").isdecimal() and int(wanted.lstrip("#")) <= len(events):
            found = [e for e in events if e.seq == int(wanted.lstrip("#"))]
        else:
            found = [e for e in events if len(wanted) >= MIN_PREFIX and e.event_id.startswith(wanted)]
        if len(found) != 1:
            raise EventUnknown(f"{display(text)!r} means {len(found)} events", "see: aima persons history")
        return found[0].event_id


def _tracks_of(part: str, detail: PersonDetail) -> Sequence[str]:
    """Tracks that are meant by the id, or the beginning of one, of an appearance or a track."""
    prefix = part.strip().casefold()
    by_id = {seen.appearance_id: seen.track_ids for seen in detail.person.appearances}
    by_id |= {track.track_id: (track.track_id,) for track in detail.tracks}
    found = [track_ids for key, track_ids in by_id.items() if len(prefix) >= MIN_PREFIX and key.startswith(prefix)]
    if len(found) != 1:
        raise DecisionImpossible(
            f"{display(part)!r} means {len(found)} appearances or tracks of {detail.person.label}",
            "see: aima persons show PERSON",
        )
    return found[0]
