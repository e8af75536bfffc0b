"""Where a stream has packets and the decoder gave no frames for them, and said nothing either."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

_SLOT_US: Final = 100_000
_SHORTEST_US: Final = 500_000


class Coverage:
    """Times of packets and of frames, to a tenth of a second: a damaged stream can have millions of them."""

    def __init__(self) -> None:
        self._packets: set[int] = set()
        self._frames: set[int] = set()

    def packet(self, pts_us: int) -> None:
        """A packet was given to the decoder."""
        self._packets.add(pts_us // _SLOT_US)

    def frame(self, pts_us: int) -> None:
        """The decoder gave a frame."""
        self._frames.add(pts_us // _SLOT_US)

    def gaps(self, start_us: int, end_us: int) -> Iterator[tuple[int, int]]:
        """Stretches of half a second and more between two times, from which packets came and no frame."""
        first: int | None = None
        wanted = sorted(slot for slot in self._packets if start_us <= slot * _SLOT_US < end_us)
        for slot, follows in zip(wanted, [*wanted[1:], None], strict=False):
            if slot in self._frames:
                first = None
                continue
            first = slot if first is None else first
            ends = follows is None or follows in self._frames
            if ends and (slot + 1 - first) * _SLOT_US >= _SHORTEST_US:
                yield first * _SLOT_US, (slot + 1) * _SLOT_US
