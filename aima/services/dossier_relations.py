"""Who else is seen or heard where a person is, and how long at the same time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aima.domain.track import Appearance

Interval = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Relation:
    """Somebody else in the same media (ids, sorted). together_us: how long both are there at once, over all."""

    person_id: str
    media: tuple[str, ...]
    together_us: int


def relations(own: Iterable[Appearance], everybody: Iterable[Appearance]) -> list[Relation]:
    """Everybody else in the media of one's own appearances, the longest together first.

    everybody: appearances in these media, one's own may be among them.
    """
    mine = _intervals(own)
    people = {person_id for person_id, _ in mine}
    shared: dict[str, dict[str, int]] = defaultdict(dict)
    places = {media_id: intervals for (_, media_id), intervals in mine.items()}
    for (person_id, media_id), intervals in _intervals(everybody).items():
        if person_id not in people and media_id in places:
            shared[person_id][media_id] = overlap(places[media_id], intervals)
    found = [Relation(person_id, tuple(sorted(media)), sum(media.values())) for person_id, media in shared.items()]
    return sorted(found, key=lambda r: (-r.together_us, -len(r.media), r.person_id))


def overlap(one: Sequence[Interval], other: Sequence[Interval]) -> int:
    """How long both last at once: two lists of intervals, each ascending and without overlaps of its own."""
    total = i = j = 0
    while i < len(one) and j < len(other):
        total += max(min(one[i][1], other[j][1]) - max(one[i][0], other[j][0]), 0)
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1
    return total


def _intervals(appearances: Iterable[Appearance]) -> dict[tuple[str, str], list[Interval]]:
    """Intervals by person and medium in which they are seen or heard, ascending and apart."""
    found: dict[tuple[str, str], list[Interval]] = defaultdict(list)
    for appearance in appearances:
        found[appearance.person_id, appearance.media_id].append((appearance.start_us, appearance.end_us))
    return {key: _united(sorted(intervals)) for key, intervals in found.items()}


def _united(intervals: Sequence[Interval]) -> list[Interval]:
    """The same time in intervals that do not overlap; given ascending."""
    apart: list[Interval] = []
    for start, end in intervals:
        if apart and start <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return apart
