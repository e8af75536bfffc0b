"""What the person service answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from aima.domain.identity import Conflict, State
from aima.domain.ledger import Event
from aima.domain.media import Medium
from aima.domain.observation import EXPRESSIONS
from aima.domain.person import Person, RunRecord, TrackRecord, appearance_id, label
from aima.domain.track import Appearance, Source
from aima.fusion.emotions import expression_of, name_expression
from aima.stores.ports import Decided


@dataclass(frozen=True, slots=True)
class Seen:
    """One appearance, with its medium's name as it is on the disk. source: whether the person is seen or heard."""

    appearance_id: str
    media_id: str
    filename: str
    start_us: int
    end_us: int
    confidence: float
    source: Source
    track_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person with its appearances, sorted by filename and time. `picture_path` is relative to the archive."""

    person_id: str
    number: int
    name: str | None
    label: str
    picture_path: str | None
    appearances: tuple[Seen, ...]

    @property
    def seen_us(self) -> int:
        """How long it is seen."""
        return self._length_us("face")

    @property
    def heard_us(self) -> int:
        """How long it is heard."""
        return self._length_us("voice")

    @property
    def media(self) -> int:
        """In how many media it is seen or heard."""
        return len({seen.media_id for seen in self.appearances})

    def _length_us(self, source: Source) -> int:
        return sum(seen.end_us - seen.start_us for seen in self.appearances if seen.source == source)


@dataclass(frozen=True, slots=True)
class Expression:
    """The mean expression over what is seen of a person. `name`: the most probable one, or "uncertain"."""

    name: str
    probabilities: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class PersonDetail:
    """A person with the evidence.

    run: the fusion run that linked the tracks. expression: None where the emotion analyzer saw nothing of the person.
    """

    person: PersonView
    tracks: tuple[TrackRecord, ...]
    run: RunRecord | None
    expression: Expression | None


@dataclass(frozen=True, slots=True)
class PersonChange:
    """What a decision did to one person: name and number of tracks before and after."""

    person_id: str
    label_before: str
    label_after: str
    tracks_before: int
    tracks_after: int


@dataclass(frozen=True, slots=True)
class Change:
    """What a decision changed. `conflicts`: decisions that do not apply any more because of it."""

    event: Event
    persons: tuple[PersonChange, ...]
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True, slots=True)
class Verification:
    """A chain that holds. `ok`: the persons shown are those of the ledger; `mended`: they were not before."""

    ok: bool
    events: int
    state_hash: str
    mended: bool


def view_person(person: Person, seen: Sequence[Seen]) -> PersonView:
    """A person with its appearances in order."""
    ordered = sorted(seen, key=lambda s: (s.filename, s.media_id, s.start_us, s.end_us))
    return PersonView(person.person_id, person.number, person.name, person.label, person.picture_path, tuple(ordered))


def view_expression(tracks: Iterable[TrackRecord]) -> Expression | None:
    """The expression over these tracks, each weighted by its samples."""
    mean = expression_of((track.expression, track.samples) for track in tracks)
    name = name_expression(mean)
    if mean is None or name is None:
        return None
    return Expression(name, dict(zip(EXPRESSIONS, mean.tolist(), strict=True)))


def view_appearance(appearance: Appearance, medium: Medium) -> Seen:
    """An appearance with its medium's name."""
    return Seen(
        appearance_id=appearance_id(appearance),
        media_id=medium.media_id,
        filename=medium.filename,
        start_us=appearance.start_us,
        end_us=appearance.end_us,
        confidence=appearance.confidence,
        source=appearance.source,
        track_ids=appearance.track_ids,
    )


def view_change(decided: Decided) -> Change:
    """The persons that differ between the states before and after a decision."""
    before, after = decided.before, decided.after
    changed = []
    for person_id in sorted(before.members.keys() | after.members.keys()):
        change = PersonChange(
            person_id,
            _label(before, after, person_id),
            _label(after, before, person_id),
            len(before.members.get(person_id, [])),
            len(after.members.get(person_id, [])),
        )
        same_tracks = before.members.get(person_id) == after.members.get(person_id)
        if not same_tracks or change.label_before != change.label_after:
            changed.append(change)
    known = set(before.conflicts)
    return Change(decided.event, tuple(changed), tuple(c for c in after.conflicts if c not in known))


def _label(state: State, other: State, person_id: str) -> str:
    number = state.numbers.get(person_id) or other.numbers[person_id]
    return label(number, state.names.get(person_id))
