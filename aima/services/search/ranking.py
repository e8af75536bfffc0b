"""From clues to moments: what lies together in one content, best first."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from aima.services.search.answers import Ask, Reason, log_odds, probability
from aima.services.search.clues import Clue

REASONS = 8
"""Reasons that a moment keeps at most."""
ADDING: Final[frozenset[Ask]] = frozenset({"text", "said", "object"})
"""Different signs of these speak together. Faces do not: a crowd of strangers is nobody's likeness."""


@dataclass(frozen=True, slots=True)
class Moment:
    """[start_us, end_us) of a content that answers everything asked for. score: log-odds."""

    content_id: str
    start_us: int
    end_us: int
    score: float
    reasons: tuple[Reason, ...]


def moments(trails: Sequence[Sequence[Clue]], within_us: int) -> list[Moment]:
    """Moments that have a clue of every trail, best first; those of one content do not overlap.

    A moment is where its clues overlap, or all of them with what lies between, at most `within_us` apart. A weaker one
    that overlaps a better one adds its reasons to it. The score is the sum of the log-odds of each thing asked for:
    they count as independent. Of one thing the strongest reason counts; of ADDING the chance that any reason is right.
    """
    by_content: dict[str, list[Moment]] = defaultdict(list)
    rarest, *others = sorted(trails, key=len)
    for found in _joined(rarest, others, within_us):
        by_content[found.content_id].append(found)
    apart = [kept for found in by_content.values() for kept in _apart(found)]
    return sorted(apart, key=_order)


def _order(moment: Moment) -> tuple[float, str, int, int]:
    return -round(moment.score, 6), moment.content_id, moment.start_us, moment.end_us


def _joined(first: Sequence[Clue], others: Sequence[Sequence[Clue]], within_us: int) -> list[Moment]:
    """For each clue of the first trail the moment that it has with the best clue of each other one, if there is."""
    sorted_others = [_by_content(clues) for clues in others]
    found = []
    for clue in first:
        together = [clue]
        for clues in sorted_others:
            near = clues[clue.content_id].near(clue, within_us) if clue.content_id in clues else []
            if not near:
                break
            together.append(min(near, key=lambda c: (-c.log_odds, max(_gap(clue, c), 0), c.start_us, c.end_us)))
        else:
            found.append(_moment(together))
    return found


class _Lane:
    """The clues of one content by their start, so that who looks for those near a time need not look at every one."""

    def __init__(self, clues: Sequence[Clue]) -> None:
        self._clues = sorted(clues, key=lambda clue: clue.start_us)
        self._starts = [clue.start_us for clue in self._clues]
        self._longest_us = max(clue.end_us - clue.start_us for clue in clues)

    def near(self, clue: Clue, within_us: int) -> list[Clue]:
        """Those that overlap a clue, or lie at most so far apart."""
        first = bisect_left(self._starts, clue.start_us - within_us - self._longest_us)
        last = bisect_right(self._starts, clue.end_us + within_us)
        return [other for other in self._clues[first:last] if _gap(clue, other) <= within_us]


def _by_content(clues: Sequence[Clue]) -> dict[str, _Lane]:
    sorted_clues: dict[str, list[Clue]] = defaultdict(list)
    for clue in clues:
        sorted_clues[clue.content_id].append(clue)
    return {content_id: _Lane(own) for content_id, own in sorted_clues.items()}


def _gap(a: Clue, b: Clue) -> int:
    """Microseconds between two clues; negative where they overlap."""
    return max(a.start_us, b.start_us) - min(a.end_us, b.end_us)


def _moment(together: Sequence[Clue]) -> Moment:
    start, end = max(c.start_us for c in together), min(c.end_us for c in together)
    if start >= end:
        start, end = min(c.start_us for c in together), max(c.end_us for c in together)
    reasons = tuple(clue.reason for clue in together)
    return Moment(together[0].content_id, start, end, sum(c.log_odds for c in together), reasons)


def _apart(found: list[Moment]) -> list[Moment]:
    """The best moments of a content without overlap; the reasons of those that they cover go to them."""
    kept: list[Moment] = []
    placed: list[tuple[int, int]] = []
    reasons: list[dict[tuple[str, str], Reason]] = []
    for moment in sorted(found, key=_order):
        own: dict[tuple[str, str], Reason] = {(reason.ask, reason.text): reason for reason in moment.reasons}
        over = _best_under(moment, placed, kept)
        if over is None:
            insort(placed, (moment.start_us, len(kept)))
            kept.append(moment)
            reasons.append(own)
        else:
            reasons[over] = own | reasons[over]
    return [_whole(moment, list(own.values())) for moment, own in zip(kept, reasons, strict=True)]


def _best_under(moment: Moment, placed: Sequence[tuple[int, int]], kept: Sequence[Moment]) -> int | None:
    """Of the moments that are kept, the best that overlaps this one. placed: start and place of each, sorted."""
    after = bisect_left(placed, (moment.end_us, 0))
    over: list[int] = []
    # They do not overlap each other: the first that ends before ends the search.
    for _, place in reversed(placed[:after]):
        if kept[place].end_us <= moment.start_us:
            break
        over.append(place)
    return min(over, default=None)


def _whole(moment: Moment, reasons: list[Reason]) -> Moment:
    """A moment with all its reasons, the strongest first, and the score that they give."""
    ordered = sorted(reasons, key=lambda reason: (-reason.log_odds, reason.ask, reason.text))
    asked = sorted({reason.ask for reason in ordered})
    score = sum(_together(ask, [r.log_odds for r in ordered if r.ask == ask]) for ask in asked)
    return replace(moment, score=score, reasons=tuple(ordered[:REASONS]))


def _together(ask: Ask, strengths: list[float]) -> float:
    """Log-odds that one thing asked for is there, from those of its different signs, the strongest first."""
    if ask not in ADDING or len(strengths) == 1:
        return strengths[0]
    # Rounded: a sum of many must not depend on their order.
    return max(strengths[0], round(log_odds(1 - math.prod(1 - probability(one) for one in strengths)), 9))
