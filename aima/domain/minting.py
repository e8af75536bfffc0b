"""Gives the clusters of a fusion run their persons: known ones where they were seen before, new ones else. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aima.domain.identity import State, next_number
from aima.domain.locating import find, overlap_us
from aima.domain.media import Stream
from aima.domain.track import Cluster, Locator

STREAMS: Final[tuple[Stream, ...]] = ("sight", "sound")
"""In the order in which they are asked who somebody is."""

Votes = Counter[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Recognised:
    """Person ids in the order of the clusters, and the persons among them that are new, with their numbers."""

    person_ids: tuple[str, ...]
    minted: tuple[tuple[str, int], ...]


def recognise(
    clusters: Sequence[Cluster], locators: Mapping[str, Locator], memories: Sequence[State], new_id: Callable[[], str]
) -> Recognised:
    """Match clusters with the persons of memories by the time that they share, the longest first.

    memories: who was who before, the surest first; a later one is asked for what is left. They share their events.
    locators: of tracks and turns. Faces are asked first, voices for what they leave: what is heard never changes who
    is seen.

    Persons that the machine found are matched first. Persons that people split off are matched with what is left, so
    that they keep what belongs to them and never take over the person from which they were split.
    Merges are not looked at: the decisions are laid over the new run again.
    """
    found: dict[int, str] = {}
    for stream in STREAMS:
        _match_stream([(_votes(clusters, locators, memory, stream), memory) for memory in memories], found)
    number = next_number(memories[0].events)
    minted: list[tuple[str, int]] = []
    for index in range(len(clusters)):
        if index not in found:
            found[index] = new_id()
            minted.append((found[index], number + len(minted)))
    return Recognised(tuple(found[index] for index in range(len(clusters))), tuple(minted))


def _match_stream(votes: Sequence[tuple[Votes, State]], found: dict[int, str]) -> None:
    """Match what is not `found` by the votes of one stream in each memory."""
    shared: Counter[int | str] = Counter()
    for times, _ in votes:
        for (index, person_id), time in times.items():
            shared[index] += time
            shared[person_id] += time
    for split_off in (False, True):
        for times, memory in votes:
            eligible = {pair: time for pair, time in times.items() if (pair[1] in memory.split_off) == split_off}
            _match(eligible, shared, memory.numbers, found)


def _votes(clusters: Sequence[Cluster], locators: Mapping[str, Locator], state: State, stream: Stream) -> Votes:
    """Microseconds of a stream that a cluster, by its index, shares with a person of a memory."""
    by_content: dict[str, dict[str, Locator]] = defaultdict(dict)
    for track_id, placed in state.tracks.items():
        if placed.locator.stream == stream:
            by_content[placed.locator.content_id][track_id] = placed.locator
    votes: Votes = Counter()
    for index, cluster in enumerate(clusters):
        for track_id in cluster.track_ids:
            locator = locators[track_id]
            if locator.stream != stream:
                continue
            same = [track_id] if track_id in state.tracks else find(locator, by_content[locator.content_id])
            for root, shared in _roots(same, locator, state):
                votes[index, root] += shared
    return votes


def _roots(track_ids: Iterable[str], locator: Locator, state: State) -> Iterable[tuple[str, int]]:
    for track_id in track_ids:
        placed = state.tracks[track_id]
        if placed.root is not None:
            yield placed.root, overlap_us(locator, placed.locator)


def _match(
    votes: Mapping[tuple[int, str], int],
    shared: Mapping[int | str, int],
    numbers: Mapping[str, int],
    found: dict[int, str],
) -> None:
    """Greedy, one to one: the most time first, as photographs all last the same then those who share least with others.

    shared: time by cluster and by person, with whomever. Then the lower number counts, then the earlier cluster.
    """

    def order(pair: tuple[int, str]) -> tuple[int, int, int, int]:
        index, person_id = pair
        return -votes[pair], shared[index] + shared[person_id], numbers[person_id], index

    taken = set(found.values())
    for index, person_id in sorted(votes, key=order):
        if index not in found and person_id not in taken:
            found[index] = person_id
            taken.add(person_id)
