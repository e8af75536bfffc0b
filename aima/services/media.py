"""Media: what was taken in, and how its analyses ended."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from aima.domain.job import Job
from aima.domain.media import Medium, Segment
from aima.domain.person import Person
from aima.domain.text import display
from aima.domain.track import Appearance, Source
from aima.errors import MediaError, MediaMissing
from aima.stores.ports import MediaStore, Stores

MIN_PREFIX = 4
"""Hex digits that an abbreviated id needs."""


@dataclass(frozen=True, slots=True)
class MediumSummary:
    """A medium in a list. `job`: the newest one, if there is any. `persons`: how many are seen or heard in it."""

    medium: Medium
    job: Job | None
    persons: int


@dataclass(frozen=True, slots=True)
class Presence:
    """A person in a medium, with the appearances in order of time."""

    person: Person
    appearances: tuple[Appearance, ...]

    def by(self, source: Source) -> list[Appearance]:
        """Those in which the person is seen, or heard."""
        return [appearance for appearance in self.appearances if appearance.source == source]


@dataclass(frozen=True, slots=True)
class MediumDetail:
    """A medium with everything that is known of it. `jobs` are newest first."""

    medium: Medium
    segments: tuple[Segment, ...]
    jobs: tuple[Job, ...]
    persons: tuple[Presence, ...]


class MediaService:
    """Reads media."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    def list(self) -> list[MediumSummary]:
        """Every medium, sorted by name."""
        persons: dict[str, set[str]] = defaultdict(set)
        for appearance in self._stores.persons.appearances():
            persons[appearance.media_id].add(appearance.person_id)
        return [
            MediumSummary(medium, self._newest_job(medium), len(persons[medium.media_id]))
            for medium in self._stores.media.all()
        ]

    def show(self, which: str) -> MediumDetail:
        """Everything about a medium, given by id, beginning of an id, name or path.

        Raises:
            MediaMissing, MediaError: none or several are meant.
        """
        medium = self.resolve(which)
        mine = [a for a in self._stores.persons.appearances() if a.media_id == medium.media_id]
        return MediumDetail(
            medium,
            tuple(self._stores.media.segments(medium.content_id)),
            tuple(self._stores.jobs.of_medium(medium.media_id)),
            tuple(presences(self._stores.persons.all(), mine)),
        )

    def resolve(self, which: str) -> Medium:
        """The medium that is meant by an id, the beginning of one, a name or a path.

        Raises:
            MediaMissing: none.
            MediaError: several; the message names them.
        """
        return find_medium(self._stores.media, which)

    def _newest_job(self, medium: Medium) -> Job | None:
        jobs = self._stores.jobs.of_medium(medium.media_id)
        return jobs[0] if jobs else None


def find_medium(store: MediaStore, which: str) -> Medium:
    """The medium that is meant, see `MediaService.resolve`; given by its whole id it is found without the others."""
    with suppress(ValueError):
        medium = store.get(str(uuid.UUID(which)))
        if medium is not None:
            return medium
    return resolve(store.all(), which)


def resolve(media: Sequence[Medium], which: str) -> Medium:
    """The one of the media that is meant; see `MediaService.resolve`."""
    meant = [m for m in media if which in {m.media_id, m.path, m.filename, display(m.path), display(m.filename)}]
    if not meant and len(which) >= MIN_PREFIX:
        meant = [m for m in media if m.media_id.startswith(which.casefold())]
    if len(meant) > 1:
        ids = ", ".join(m.media_id[:8] for m in meant)
        raise MediaError(f"{display(which)!r} means {len(meant)} media: {ids}", "give the id")
    if not meant:
        raise MediaMissing(f"there is no medium {display(which)!r}", "see: aima media list")
    return meant[0]


def presences(persons: Iterable[Person], appearances: Iterable[Appearance]) -> list[Presence]:
    """The persons that have one of the appearances, sorted by number."""
    by_person: dict[str, list[Appearance]] = defaultdict(list)
    for appearance in appearances:
        by_person[appearance.person_id].append(appearance)
    return [
        Presence(person, tuple(sorted(by_person[person.person_id], key=lambda a: (a.start_us, a.end_us))))
        for person in sorted(persons, key=lambda p: p.number)
        if person.person_id in by_person
    ]
