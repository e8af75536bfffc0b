"""What a dispatcher has in hand: leased segments, from the lease to their end."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Final

from aima.domain.media import Segment, Stream
from aima.domain.queue import Lease, LeaseKey
from aima.pipeline.resume import Missing
from aima.pipeline.task import Failure

KEPT: Final = 64
"""So many that were let go of are remembered."""

Place = tuple[str, Stream, int]
"""content_id, stream and number: a stream of segments knows no jobs."""


@dataclass
class Hand:
    """A leased segment. is_put: a stream has it. is_begun: a worker has, or had it. is_held: the lease is ours,
    as far as is known.

    failures: of single analyzers in this attempt. done_us: microseconds of it that are through.
    """

    lease: Lease
    missing: Missing
    is_put: bool = False
    is_begun: bool = False
    is_held: bool = True
    done_us: int = 0
    failures: list[Failure] = field(default_factory=list)

    @property
    def key(self) -> LeaseKey:
        """Which one it is."""
        return self.lease.key


class Hands:
    """Leased segments by what they are called: by the queue, and by a stream."""

    def __init__(self) -> None:
        self._by_place: dict[Place, Hand] = {}
        self._dropped: deque[Hand] = deque(maxlen=KEPT)

    def __len__(self) -> int:
        return len(self._by_place)

    def __iter__(self) -> Iterator[Hand]:
        return iter(tuple(self._by_place.values()))

    def take(self, hand: Hand) -> None:
        """Hold one more. The same segment leased once more only renews the lease: it is on its way already."""
        held = self._by_place.setdefault(_place(hand.lease.segment), hand)
        if held is not hand and held.key == hand.key:
            held.lease, held.is_held = hand.lease, True

    def of(self, segment: Segment) -> Hand | None:
        """What is known of a segment that a stream speaks of."""
        return self._by_place.get(_place(segment))

    def drop(self, hand: Hand) -> None:
        """Let go of one."""
        if self._by_place.pop(_place(hand.lease.segment), None):
            self._dropped.append(hand)

    def late(self, segment: Segment) -> Hand | None:
        """A segment that was dropped lately: of a short one the end may be heard before the beginning."""
        found = (hand for hand in reversed(self._dropped) if _place(hand.lease.segment) == _place(segment))
        return next(found, None)

    def held(self, keys: Collection[LeaseKey]) -> set[LeaseKey]:
        """Take in what the queue says is ours; gives those of the keys that nobody here has in hand."""
        for hand in self:
            hand.is_held = hand.key in keys
        return set(keys) - {hand.key for hand in self}


def _place(segment: Segment) -> Place:
    return segment.content_id, segment.stream, segment.no
