"""Spans: the same thing followed over the frames that were looked at.

A span begins with its first sighting and ends one interval after its last one, or before: at the next look, which did
not see it any more, and at the end of the shot. Where the first, or last, look at a shot sees it, it is taken to be
there from, or to, the shot's border, as far as that is not farther than an interval.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from aima.domain.track import Box
from aima.fusion import thresholds as limits
from aima.fusion.scenes import Scenes


@dataclass(frozen=True, slots=True)
class Sight:
    """One thing at one look. score: 0..1; box: in displayed source pixels; count: how many there are at once."""

    text: str
    score: float
    box: Box | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Seen:
    """A sight with the number of its look."""

    look: int
    sight: Sight


Span = list[Seen]
"""Sightings of one thing, ascending, at most one per look."""

Match = Callable[[Sequence[Span], Sequence[Sight]], Mapping[int, int]]
"""Which sights (by index) go on which of the open spans (by index)."""


@dataclass(frozen=True)
class Looks:
    """The frames that one analyzer looked at, ascending: their times, and what each shows."""

    pts_us: tuple[int, ...]
    shown: tuple[tuple[Sight, ...], ...]

    @cached_property
    def interval_us(self) -> int:
        """How far apart they usually are."""
        gaps = sorted(after - before for before, after in itertools.pairwise(self.pts_us))
        return gaps[(len(gaps) - 1) // 2] if gaps else limits.LONE_LOOK_US

    def shots(self, scenes: Scenes) -> list[int]:
        """Number of the shot that each look is in."""
        return [scenes.at(pts) for pts in self.pts_us]


def follow(looks: Looks, scenes: Scenes, match: Match) -> list[Span]:
    """Spans in the order of their first sightings."""
    shots = looks.shots(scenes)
    reach_us = limits.FINDING_PAUSE * looks.interval_us
    done: list[Span] = []
    open_spans: list[Span] = []
    for look, shown in enumerate(looks.shown):
        going = [span for span in open_spans if _may_go_on(span[-1].look, look, shots, looks.pts_us, reach_us)]
        pairs = match(going, shown)
        for index, sight in enumerate(shown):
            if index in pairs:
                going[pairs[index]].append(Seen(look, sight))
            else:
                span = [Seen(look, sight)]
                done.append(span)
                going.append(span)
        open_spans = going
    return done


def _may_go_on(last: int, look: int, shots: Sequence[int], pts_us: Sequence[int], reach_us: float) -> bool:
    """Whether what was seen at one look may be the same at another: right after it, or in the same shot."""
    return pts_us[look] - pts_us[last] <= reach_us and (look == last + 1 or shots[last] == shots[look])


def extent(span: Span, looks: Looks, scenes: Scenes) -> tuple[int, int]:
    """Start and end of a span in microseconds, half open and never empty."""
    first, last = span[0].look, span[-1].look
    start, end = looks.pts_us[first], looks.pts_us[last]
    border, _ = scenes.span(scenes.at(start))
    if (first == 0 or looks.pts_us[first - 1] < border) and start - border < looks.interval_us:
        start = border
    _, border = scenes.span(scenes.at(end))
    following = looks.pts_us[last + 1] if last + 1 < len(looks.pts_us) else border
    end = min(end + looks.interval_us, following, border)
    return start, max(end, start + 1)


def best(span: Span) -> Seen:
    """The surest sighting, the first of equals."""
    return max(span, key=lambda seen: (seen.sight.score, -seen.look))
