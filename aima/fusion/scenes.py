"""Scenes: the shots of a content, and which one a time lies in."""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scenes:
    """Shots as the times at which they begin, ascending from 0, and the end of the last one."""

    starts_us: tuple[int, ...]
    end_us: int

    def __len__(self) -> int:
        return len(self.starts_us)

    def at(self, pts_us: int) -> int:
        """Number of the shot that holds a time; what lies beyond the ends belongs to the first or last one."""
        return max(bisect_right(self.starts_us, pts_us) - 1, 0)

    def span(self, no: int) -> tuple[int, int]:
        """Start and end of a shot, half open."""
        return self.starts_us[no], self.starts_us[no + 1] if no + 1 < len(self) else self.end_us

    def spans(self) -> list[tuple[int, int]]:
        """Start and end of every shot."""
        return list(itertools.pairwise((*self.starts_us, self.end_us)))


def scenes(cuts_us: Iterable[int], end_us: int) -> Scenes:
    """The shots between these cuts; cuts that are none (at or beyond an end) are left out."""
    return Scenes((0, *sorted({cut for cut in cuts_us if 0 < cut < end_us})), end_us)
