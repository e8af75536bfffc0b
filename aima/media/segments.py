"""Fixed pieces of a medium: a pure function of what the gate found, never of plan, profile or placement."""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Final

from aima.domain.media import MediaInfo, Segment, Stream

SHORTEST_US: Final = 30_000_000
LONGEST_US: Final = 60_000_000
PICTURE_US: Final = 200_000
"""A picture counts as one sample step of sight."""
SOUND_US: Final = 60_000_000
CONTEXT_US: Final = 5_000_000
"""A segment of sound is heard with so much on both sides."""


def plan_segments(content_id: str, info: MediaInfo) -> list[Segment]:
    """Segments of sight and of sound, each stream numbered from 0: half open, without gap or overlap, from 0 on.

    Sight: to the end of the medium; 30-60 s long, ending at a keyframe; where none lies in that window after 60 s. Only
    the last one (or the only one) may be shorter. A picture has one segment of 0.2 s. Sound: 60 s each, the last one to
    the end of the sound.
    """
    sight = [] if info.kind == "audio" else _borders_of_sight(info)
    sound = [*range(0, info.sound_end_us, SOUND_US), info.sound_end_us] if info.sound_end_us else []
    return [*_between(content_id, "sight", sight), *_between(content_id, "sound", sound)]


def _between(content_id: str, stream: Stream, borders: Sequence[int]) -> Iterator[Segment]:
    for no, (start, stop) in enumerate(itertools.pairwise(borders)):
        yield Segment(content_id, no, stream, start, stop)


def _borders_of_sight(info: MediaInfo) -> list[int]:
    end = PICTURE_US if info.kind == "image" else max(info.duration_us, 1)
    borders = [0]
    while borders[-1] < end:
        borders.append(_next_border(borders[-1], end, info.keyframes_us))
    return borders


def _next_border(start: int, end: int, keyframes: tuple[int, ...]) -> int:
    """The last keyframe of the window that leaves a full segment behind it, else the last one, else 60 s."""
    if end - start <= LONGEST_US:
        return end
    latest = start + LONGEST_US
    window = keyframes[bisect_left(keyframes, start + SHORTEST_US) : bisect_right(keyframes, latest)]
    roomy = [border for border in window if end - border >= SHORTEST_US]
    return max(roomy or window, default=latest)
