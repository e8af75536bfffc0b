"""What the child must know to read the sound of a medium, and how its time line is cut for that.

Sound is decoded in pieces that begin at fixed times of the medium, 5 s before each minute, whatever segment asks for
them: decoders keep a state, so only sound that was decoded from the same place on is the same. A segment with its
context is one piece and the beginning of the next one, which is where that segment begins, too.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Final

from aima.domain.media import SOUND_RATE, MediaInfo, Segment
from aima.media.segments import CONTEXT_US, SOUND_US

RATES: Final = range(1_000, 768_001)
"""Samples per second that sound may have."""

_INDEXED_BY_PICTURES: Final = "matroska"


@dataclass(frozen=True, slots=True)
class ListenPlan:
    """How the sound of one medium is read.

    stream: index of the track. guide: of the stream whose index shows the way to a time. rate: its samples per second.
    origin_us: where the medium's time line begins on the container's. linear: timestamps jump, so reading starts at
    the beginning and time is counted on. first_us, end_us: where its sound begins and ends on the medium's time line.
    """

    stream: int
    guide: int
    rate: int
    origin_us: int
    linear: bool
    first_us: int
    end_us: int
    max_pixels: int
    max_streams: int

    def span(self, segment: Segment) -> Span:
        """The samples of a segment and its context, as far as there is sound."""
        first_us = max(0, segment.start_us - CONTEXT_US)
        stop_us = max(segment.end_us, min(segment.end_us + CONTEXT_US, self.end_us))
        return Span(_samples(first_us), _samples(stop_us), segment.start_us, segment.end_us)


@dataclass(frozen=True, slots=True)
class Span:
    """Samples [first, stop) of the medium at 16 kHz; [start_us, end_us) of it is of interest, the rest is context."""

    first: int
    stop: int
    start_us: int
    end_us: int

    @property
    def pieces(self) -> list[tuple[int, int]]:
        """Where it is cut: samples [first, stop) of each piece."""
        cuts = range(_samples(SOUND_US - CONTEXT_US), self.stop, _samples(SOUND_US))
        return list(itertools.pairwise([self.first, *(cut for cut in cuts if cut > self.first), self.stop]))


def plan_listening(info: MediaInfo, max_pixels: int, max_streams: int) -> ListenPlan:
    """The plan for a medium with sound, as the gate described it; the caps are those of `settings.Media`."""
    facts = info.details
    track = int(facts["sound_stream"])
    return ListenPlan(
        stream=track,
        guide=int(facts["stream"]) if info.format == _INDEXED_BY_PICTURES and info.kind == "video" else track,
        rate=int(facts["sound_rate"]),
        origin_us=int(facts["origin_us"]),
        linear=bool(facts.get("sound_linear")),
        first_us=int(facts["sound_first_us"]),
        end_us=info.sound_end_us,
        max_pixels=max_pixels,
        max_streams=max_streams,
    )


def _samples(us: int) -> int:
    """The first sample at or after a time."""
    return -(-us * SOUND_RATE // 1_000_000)
