"""What a projection says against what the truth says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from aima.domain.outbox import Topic
from aima.services.projections.base import Entry

Kind = Literal[
    "missing", "phantom", "different", "duplicate", "away", "dead_letter", "unlike_ledger", "lost", "damaged"
]
"""missing, phantom, different, duplicate: an entry of a projection against the truth. away: it could not be asked.
dead_letter: a change that could not be applied. unlike_ledger: persons do not follow from the ledger. lost, damaged: a
file of the archive."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as the truth says. `store`: projection, "ledger", "archive", "sightings" or "hearings";
    `part`: where in it.

    topic, key: what to announce to mend it, if that can. remedy: what else mends it.
    """

    store: str
    kind: Kind
    part: str
    id: str
    detail: str = ""
    remedy: str = ""
    topic: Topic | None = None
    key: str = ""


def compare(store: str, expected: Iterable[Entry], present: Iterable[Entry]) -> Iterator[Difference]:
    """Every difference, those of what is present first, in its order; then what is missing, sorted."""
    wanted = {(entry.part, entry.id): entry for entry in expected}
    seen: set[tuple[str, str]] = set()
    for entry in present:
        place = (entry.part, entry.id)
        if place in seen:
            yield _difference(store, "duplicate", entry)
        elif place not in wanted:
            yield _difference(store, "phantom", entry)
        elif wanted[place].digest != entry.digest:
            yield _difference(store, "different", wanted[place])
        seen.add(place)
    for place in sorted(wanted.keys() - seen):
        yield _difference(store, "missing", wanted[place])


def _difference(store: str, kind: Kind, entry: Entry) -> Difference:
    return Difference(store, kind, entry.part, entry.id, "", "aima verify --repair", entry.topic, entry.key)
