"""Where somebody speaks, and how what is said is cut for a recogniser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

ON: Final = 0.5
"""Somewhere in speech it is at least as likely that somebody speaks ..."""

OFF: Final = 0.35
"""... and everywhere as this."""

LEAST_US: Final = 100_000
"""Shorter sounds are no words."""

MARGIN_US: Final = 300_000
"""Heard before and after each stretch: first and last sounds of words are soft."""

PAUSE_US: Final = 2_000_000
"""Stretches with a shorter pause between them are recognised together: what is around a word helps to know it."""

LONGEST_US: Final = 20_000_000
"""So much is recognised at once."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class SpeechChances:
    """How likely somebody speaks: looks in their order, int64 [n] begin and end in microseconds, float32 [n] 0..1."""

    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    values: npt.NDArray[np.float32]

    @classmethod
    def of(cls, table: pa.Table) -> SpeechChances:
        """From the table of the analyzer that adds `speech_chance`."""
        columns = (table[name].to_numpy() for name in ("pts_us", "end_us", "speech_chance"))
        return cls(*columns)

    def within(self, span: Span) -> SpeechChances:
        """The looks that have their middle in the span."""
        middles = (self.starts + self.ends) // 2
        chosen = (middles >= span[0]) & (middles < span[1])
        return SpeechChances(self.starts[chosen], self.ends[chosen], self.values[chosen])

    def spoken(self, least_us: int = LEAST_US) -> list[Span]:
        """Where somebody speaks for at least least_us: looks of at least OFF, one of them of at least ON."""
        on, off = self.values >= ON, self.values >= OFF
        edges = np.flatnonzero(np.diff(off.astype(np.int8), prepend=0, append=0))
        runs = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
        spans = ((int(self.starts[a]), int(self.ends[b - 1])) for a, b in runs if on[a:b].any())
        return [span for span in spans if span[1] - span[0] >= least_us]


def stretches(chances: SpeechChances, own: Span) -> list[Span]:
    """Speech within `own`, in its order: no stretch is longer than LONGEST_US, and most end in pauses.

    own: cut where others go on; what is said across its ends is heard by each side up to there.
    """
    inner = chances.within(own)
    return [piece for span in inner.spoken() for piece in _short(inner, span)]


def grouped(spans: Sequence[Span]) -> list[list[Span]]:
    """Stretches that are recognised together: with short pauses, at most LONGEST_US from first to last."""
    groups: list[list[Span]] = []
    for span in spans:
        if groups and span[0] - groups[-1][-1][1] < PAUSE_US and span[1] - groups[-1][0][0] <= LONGEST_US:
            groups[-1].append(span)
        else:
            groups.append([span])
    return groups


def with_margins(groups: Sequence[Sequence[Span]], own: Span) -> list[Span]:
    """What is heard of each group: MARGIN_US more at both ends, but nothing beyond the middle of a pause or `own`."""
    spans = [(group[0][0], group[-1][1]) for group in groups]
    limits = [own[0], *((before[1] + after[0]) // 2 for before, after in pairwise(spans)), own[1]]
    return [
        (max(start - MARGIN_US, limits[i]), min(end + MARGIN_US, limits[i + 1])) for i, (start, end) in enumerate(spans)
    ]


def joined(spans: Sequence[Span], pause_us: int) -> list[Span]:
    """Spans, ascending, with a shorter pause between them as one."""
    whole: list[Span] = []
    for start, end in spans:
        if whole and start - whole[-1][1] < pause_us:
            whole[-1] = (whole[-1][0], end)
        else:
            whole.append((start, end))
    return whole


def _short(chances: SpeechChances, span: Span) -> list[Span]:
    """The span, cut where speech is least likely until no part is longer than LONGEST_US."""
    if span[1] - span[0] <= LONGEST_US:
        return [span]
    quarter = (span[1] - span[0]) // 4
    middle = chances.within((span[0] + quarter, span[1] - quarter))
    # Of equal looks the first: the same for the same sound.
    cut = int(middle.starts[int(np.argmin(middle.values))])
    return [*_short(chances, (span[0], cut)), *_short(chances, (cut, span[1]))]
