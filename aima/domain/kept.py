"""What search keeps of a content: which samples of its tracks, which pictures of its shots."""

from __future__ import annotations

from dataclasses import dataclass

from aima.domain.finding import Shot


@dataclass(frozen=True, slots=True)
class KeptTrack:
    """A track of the run that stands and the samples whose vectors are kept, as (pts_us, ordinal)."""

    track_id: str
    person_id: str | None
    samples: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """Of one content. media_id, owner_id: of its first medium."""

    content_id: str
    media_id: str
    owner_id: str
    tracks: tuple[KeptTrack, ...]
    shots: tuple[Shot, ...]
