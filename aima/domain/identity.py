"""Who is who: the state that the ledger's events and the last fusion run give together. Pure.

The base is what the machine assigned in the last `fused` event that stands. The decisions of people that stand are
laid over it in their order; they name tracks by locator and so survive a re-run. A decision that does not apply any
more is listed as a conflict and changes nothing.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aima.domain.ledger import Event, canonical
from aima.domain.locating import clashes, find
from aima.domain.track import Box, Locator


@dataclass(frozen=True, slots=True)
class Assigned:
    """What a fusion run says of a track; no person if it is too poor to tell."""

    person_id: str | None
    locator: Locator


@dataclass(frozen=True, slots=True)
class Run:
    """Machine assignments of one fusion run by track, and the numbers of its persons."""

    run_id: str
    tracks: Mapping[str, Assigned]
    numbers: Mapping[str, int]


Runs = Callable[[str], Run]
"""Gives the assignments of a run by its id."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Whose a track is now, and whose it would be without merges."""

    person_id: str | None
    root: str | None
    locator: Locator


@dataclass(frozen=True, slots=True)
class Conflict:
    """A decision that does not apply, and why."""

    event_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Naming:
    """A name and the event that gave it."""

    name: str
    event_id: str


@dataclass(frozen=True, slots=True)
class State:
    """What holds after all events. Treat as immutable; `noted` are the conflicts but for names without a person."""

    events: tuple[Event, ...] = ()
    run: Run | None = None
    tracks: Mapping[str, Placed] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    namings: Mapping[str, Naming] = field(default_factory=dict)
    merged: Mapping[str, str] = field(default_factory=dict)
    split_off: frozenset[str] = frozenset()
    noted: tuple[Conflict, ...] = ()

    @property
    def members(self) -> dict[str, list[str]]:
        """Track ids by person, sorted by (content_id, start_us, track_id)."""
        groups: dict[str, list[str]] = defaultdict(list)
        for track_id, placed in sorted(self.tracks.items(), key=_by_place):
            if placed.person_id is not None:
                groups[placed.person_id].append(track_id)
        return dict(groups)

    @property
    def names(self) -> dict[str, str]:
        """Names that people gave, by person."""
        return {person_id: naming.name for person_id, naming in self.namings.items()}

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """Decisions that do not apply, in the order in which they were found."""
        present = {placed.person_id for placed in self.tracks.values()}
        orphans = (n.event_id for person_id, n in sorted(self.namings.items()) if person_id not in present)
        return (*self.noted, *(Conflict(event_id, "nothing of this person is left") for event_id in orphans))


def effective(events: Sequence[Event]) -> list[Event]:
    """The events that stand: without the undone ones. An undone `undone` lets its target stand again."""
    dropped: set[str] = set()
    standing = []
    for event in reversed(events):
        if event.event_id in dropped:
            continue
        standing.append(event)
        if event.kind == "undone":
            dropped.add(event.payload["event_id"])
    return standing[::-1]


def minted(event: Event) -> list[tuple[str, int]]:
    """Persons that came into being with an event, with their numbers."""
    if event.kind == "fused":
        return [(person_id, number) for person_id, number in event.payload["minted"]]
    if event.kind == "split":
        return [(event.payload["new_person_id"], event.payload["number"])]
    return []


def next_number(events: Iterable[Event]) -> int:
    """The first number that was never given, not even by an event that was undone."""
    return 1 + max((number for event in events for _, number in minted(event)), default=0)


def replay(events: Sequence[Event], runs: Runs) -> State:
    """The state from the beginning."""
    standing = effective(events)
    fused = [event for event in standing if event.kind == "fused"]
    board = _Board(runs(fused[-1].payload["run_id"]) if fused else None)
    for event in standing:
        board.lay(event)
    return board.freeze(tuple(events))


def apply(state: State, event: Event, runs: Runs) -> State:
    """The state after one more event; equals a replay of everything."""
    events = (*state.events, event)
    if event.kind in {"fused", "undone"}:
        return replay(events, runs)
    board = _Board.of(state)
    board.lay(event)
    return board.freeze(events)


def state_hash(state: State) -> str:
    """Canonical sha256 of who is who: tracks, numbers and names of every person that has a track."""
    return partition_hash(
        {track_id: placed.person_id for track_id, placed in state.tracks.items() if placed.person_id is not None},
        {person_id: (number, state.names.get(person_id)) for person_id, number in state.numbers.items()},
    )


def partition_hash(persons: Mapping[str, str], people: Mapping[str, tuple[int, str | None]]) -> str:
    """The hash for person by track, and (number, name) by person; people without tracks do not count."""
    present = sorted(set(persons.values()))
    content = [sorted(persons.items()), [(person_id, *people[person_id]) for person_id in present]]
    return hashlib.sha256(canonical(content).encode()).hexdigest()


class _Board:
    """The state while events are laid on it."""

    def __init__(self, run: Run | None) -> None:
        self.run = run
        base = run.tracks if run else {}
        self.tracks = {t: Placed(a.person_id, a.person_id, a.locator) for t, a in base.items()}
        self.numbers = dict(run.numbers) if run else {}
        self.namings: dict[str, Naming] = {}
        self.merged: dict[str, str] = {}
        self.split_off: set[str] = set()
        self.noted: list[Conflict] = []

    @classmethod
    def of(cls, state: State) -> _Board:
        board = cls(None)
        board.run = state.run
        board.tracks, board.numbers = dict(state.tracks), dict(state.numbers)
        board.namings, board.merged = dict(state.namings), dict(state.merged)
        board.split_off, board.noted = set(state.split_off), list(state.noted)
        return board

    def freeze(self, events: tuple[Event, ...]) -> State:
        return State(
            events,
            self.run,
            self.tracks,
            self.numbers,
            self.namings,
            self.merged,
            frozenset(self.split_off),
            tuple(self.noted),
        )

    def lay(self, event: Event) -> None:
        match event.kind:
            case "fused":
                self.numbers |= dict(minted(event))
            case "named":
                self._name(event.event_id, **event.payload)
            case "merged":
                self._merge(event.event_id, event.payload["into"], event.payload["from"])
            case "split":
                self._split(event.event_id, event.payload)

    def _name(self, event_id: str, person_id: str, name: str | None) -> None:
        if person_id in self.merged:
            self._note(event_id, "the person was merged into another one before")
        elif name is None:
            self.namings.pop(person_id, None)
        else:
            self.namings[person_id] = Naming(name, event_id)

    def _merge(self, event_id: str, into: str, other: str) -> None:
        mine, theirs = self._held(into), self._held(other)
        if reason := self._why_not_merge(into, other, mine, theirs):
            self._note(event_id, reason)
            return
        for track_id in theirs:
            placed = self.tracks[track_id]
            self.tracks[track_id] = Placed(into, placed.root, placed.locator)
        self.merged[other] = into
        inherited = self.namings.pop(other, None)
        if inherited and into not in self.namings:
            self.namings[into] = inherited

    def _why_not_merge(
        self, into: str, other: str, mine: Mapping[str, Locator], theirs: Mapping[str, Locator]
    ) -> str | None:
        if into == other:
            return "a person cannot be merged into itself"
        if into in self.merged or other in self.merged:
            return "one of both was merged into another person before"
        if into not in self.numbers or other not in self.numbers:
            return "one of both persons is not there any more"
        if not mine and not theirs:
            return "nothing of both persons is left"
        if any(clashes(locator, mine.values()) for locator in theirs.values()):
            return "both are seen, or heard, at the same time in one medium"
        return None

    def _split(self, event_id: str, payload: Mapping[str, Any]) -> None:
        new = payload["new_person_id"]
        self.numbers[new] = payload["number"]
        self.split_off.add(new)
        missing = sum(not self._move(locator, new) for locator in map(locator_of, payload["locators"]))
        if missing:
            self._note(event_id, f"{missing} of {len(payload['locators'])} places hold no track to split off")

    def _move(self, locator: Locator, new: str) -> bool:
        """Give the tracks at a place to a person; False if there is none, or none that fits to the person's others."""
        candidates = {t: p.locator for t, p in self.tracks.items() if p.locator.content_id == locator.content_id}
        held = self._held(new)
        moved = False
        for track_id in find(locator, candidates):
            others = (other for held_id, other in held.items() if held_id != track_id)
            if not clashes(candidates[track_id], others):
                self.tracks[track_id] = Placed(new, new, candidates[track_id])
                held[track_id] = candidates[track_id]
                moved = True
        return moved

    def _held(self, person_id: str) -> dict[str, Locator]:
        return {t: p.locator for t, p in self.tracks.items() if p.person_id == person_id}

    def _note(self, event_id: str, reason: str) -> None:
        self.noted.append(Conflict(event_id, reason))


def locator_of(payload: Mapping[str, Any]) -> Locator:
    """A locator from its form in an event."""
    span = (payload["content_id"], payload["stream"], payload["start_us"], payload["end_us"])
    return Locator(*span, None if payload["box"] is None else box_of(payload["box"]))


def box_of(sides: Sequence[float]) -> Box:
    """A box from its form in an event or a row."""
    left, top, width, height = sides
    return left, top, width, height


def _by_place(item: tuple[str, Placed]) -> tuple[str, int, str]:
    track_id, placed = item
    return placed.locator.content_id, placed.locator.start_us, track_id
