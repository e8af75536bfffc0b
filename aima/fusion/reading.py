"""Lines of writing: which reading in one frame is that of a line in the frames before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from aima.fusion import thresholds as limits
from aima.fusion.spans import Sight, Span


def same_line(going: Sequence[Span], shown: Sequence[Sight]) -> dict[int, int]:
    """Which of the shown lines go on which of the spans: the likest first, then the nearest, each at most once."""
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for *_, line, span in sorted(_likely(going, shown)):
        if line not in pairs and span not in taken:
            pairs[line] = span
            taken.add(span)
    return pairs


def _likely(going: Sequence[Span], shown: Sequence[Sight]) -> Iterator[tuple[float, float, int, int]]:
    """(1 - likeness, distance, line, span) of pairs that may be one line; where some are equal, only of these."""
    known = [_plain(span[-1].sight.text) for span in going]
    for line, sight in enumerate(shown):
        own = _plain(sight.text)
        equal = [index for index, text in enumerate(known) if text == own]
        for index in equal or range(len(going)):
            last = going[index][-1].sight
            like = 1.0 if equal else likeness(sight.text, last.text)
            if like >= limits.TEXT_LIKE:
                yield 1 - like, _distance(sight, last), line, index


def likeness(one: str, other: str) -> float:
    """Share of characters that two readings have in common, 0..1; case and spaces are easily misread and do not count.

    0 where it lies below the threshold. Twice the length of the matching blocks over both lengths (Ratcliff &
    Obershelp, 1988).
    """
    one, other = _plain(one), _plain(other)
    if one == other:
        return 1.0
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    bounds = (matcher.real_quick_ratio, matcher.quick_ratio)  # never below the ratio, and cheap
    if any(bound() < limits.TEXT_LIKE for bound in bounds):
        return 0.0
    # What is found depends on which comes first; which one does must not depend on the frames.
    return min(matcher.ratio(), SequenceMatcher(None, other, one, autojunk=False).ratio())


def _plain(text: str) -> str:
    return "".join(text.casefold().split())


def _distance(one: Sight, other: Sight) -> float:
    """Between the top left corners, in pixels."""
    if one.box is None or other.box is None:
        return 0.0
    return abs(one.box[0] - other.box[0]) + abs(one.box[1] - other.box[1])
