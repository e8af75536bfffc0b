"""Where somebody speaks, and how what is said is cut into windows for a recogniser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

ON: Final = 0.5
"""Chance of speech from which on somebody begins to speak ..."""

OFF: Final = 0.35
"""... and below which the speech has ended."""

LEAST_US: Final = 100_000
"""Shorter sounds are no words."""

MARGIN_US: Final = 300_000
"""Heard before and after each stretch: first and last sounds of words are soft."""

PAUSE_US: Final = 1_000_000
"""Stretches with a shorter pause between them are recognised together."""

LONGEST_US: Final = 20_000_000
"""A window is at most as long."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Chances:
    """How likely somebody speaks: looks in their order, int64 [n] begin and end in microseconds, float32 [n] 0..1."""

    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    values: npt.NDArray[np.float32]

    @classmethod
    def of(cls, table: pa.Table) -> Chances:
        """From the table of the analyzer that adds `speech_chance`."""
        columns = (table[name].to_numpy() for name in ("pts_us", "end_us", "speech_chance"))
        return cls(*columns)

    def within(self, span: Span) -> Chances:
        """The looks that have their middle in the span."""
        middles = (self.starts + self.ends) // 2
        chosen = (middles >= span[0]) & (middles < span[1])
        return Chances(self.starts[chosen], self.ends[chosen], self.values[chosen])

    def spoken(self) -> list[Span]:
        """Where somebody speaks: from a look of at least ON as long as looks are at least OFF, and a little before."""
        on, off = self.values >= ON, self.values >= OFF
        edges = np.flatnonzero(np.diff(off.astype(np.int8), prepend=0, append=0))
        runs = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
        spans = ((int(self.starts[a]), int(self.ends[b - 1])) for a, b in runs if on[a:b].any())
        return [span for span in spans if span[1] - span[0] >= LEAST_US]


def windows(chances: Chances, own: Span) -> list[Span]:
    """Spans of at most LONGEST_US that hold all speech within `own`, cut in pauses, in their order.

    own: cut where others go on; what is said across its ends is heard by each side up to there.
    """
    inner = chances.within(own)
    pieces = [piece for span in inner.spoken() for piece in _short(inner, span)]
    return _with_margins(joined(pieces, PAUSE_US, LONGEST_US), own)


def joined(spans: Sequence[Span], pause_us: int, longest_us: int | None = None) -> list[Span]:
    """Spans, ascending, with a shorter pause between them as one, unless it became longer than longest_us."""
    whole: list[Span] = []
    for start, end in spans:
        if whole and start - whole[-1][1] < pause_us and (longest_us is None or end - whole[-1][0] <= longest_us):
            whole[-1] = (whole[-1][0], end)
        else:
            whole.append((start, end))
    return whole


def _short(chances: Chances, span: Span) -> list[Span]:
    """The span, cut where speech is least likely until no part is longer than LONGEST_US."""
    if span[1] - span[0] <= LONGEST_US:
        return [span]
    quarter = (span[1] - span[0]) // 4
    middle = chances.within((span[0] + quarter, span[1] - quarter))
    # Of equal looks the first: the same for the same sound.
    cut = int(middle.starts[int(np.argmin(middle.values))])
    return [*_short(chances, (span[0], cut)), *_short(chances, (cut, span[1]))]


def _with_margins(spans: list[Span], own: Span) -> list[Span]:
    """The spans, longer by MARGIN_US at both ends, but none beyond the middle of a pause or `own`."""
    limits = [own[0], *((before[1] + after[0]) // 2 for before, after in pairwise(spans)), own[1]]
    return [
        (max(start - MARGIN_US, limits[i]), min(end + MARGIN_US, limits[i + 1])) for i, (start, end) in enumerate(spans)
    ]
