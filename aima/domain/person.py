"""Persons as they are read: the projection of the ledger."""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final, Literal

from aima.domain.media import NAMESPACE, Stream
from aima.domain.track import Appearance, Box, Locator

PersonState = Literal["active", "merged", "gone"]

MOMENT_US: Final = 1_000_000
"""Tracks, or turns, of a person that are closer than this are one appearance."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person. `state`: "merged" into another one, "gone" if the last run gives nothing of it.

    picture_path: the best kept picture, relative to the archive; None if none was kept.
    """

    person_id: str
    number: int
    name: str | None = None
    state: PersonState = "active"
    merged_into: str | None = None
    picture_path: str | None = None
    hidden: bool = False

    @property
    def label(self) -> str:
        """The name, or "Unknown n"."""
        return label(self.number, self.name)


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """A track or turn of the last run without its samples, with the evidence why it is whose.

    Of a turn there is no sample: best_pts_us is its start, quality the share of it that nobody else speaks into, score
    1; speaker: its voice in the content, None for a face.

    best_pts_us, best_ordinal, quality: the best sample. score: of the surest detection, 0..1. log_odds and shares are
    of the machine's link; None and empty where it made none. expression: probabilities in the order of EXPRESSIONS,
    or None.
    """

    track_id: str
    locator: Locator
    best_pts_us: int
    best_ordinal: int
    quality: float
    score: float
    samples: int
    person_id: str | None = None
    log_odds: float | None = None
    shares: Mapping[str, float] = field(default_factory=dict)
    expression: tuple[float, ...] | None = None
    picture_path: str | None = None
    picture_quality: float | None = None
    speaker: int | None = None

    @property
    def box(self) -> Box:
        """The box of a face; what is heard has none."""
        assert self.locator.box is not None, "a turn has no box"
        return self.locator.box


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A fusion run: what it was made of, and the canonical hash of what it came to."""

    run_id: str
    input_hash: str
    models: Mapping[str, str]
    thresholds: Mapping[str, float]
    digest: str


def label(number: int, name: str | None) -> str:
    """The name, or "Unknown n"."""
    return name if name is not None else f"Unknown {number}"


def appearance_id(appearance: Appearance) -> str:
    """The same person, seen or heard at the same time in the same medium, has the same id."""
    parts = [appearance.person_id, appearance.media_id, appearance.start_us, appearance.end_us]
    if appearance.source != "face":
        parts.append(appearance.source)
    return str(uuid.uuid5(NAMESPACE, "appearance:" + ":".join(map(str, parts))))


def appearances_of(tracks: Iterable[TrackRecord], media_ids: Mapping[str, Sequence[str]]) -> list[Appearance]:
    """Appearances of everybody, sorted by person, medium and time. `media_ids`: media by content id."""
    ordered = sorted((t for t in tracks if t.person_id is not None), key=lambda t: (*_whose(t), t.locator.start_us))
    found = []
    for (person_id, content_id, _), group in groupby(ordered, key=_whose):
        for together in _moments(list(group)):
            found += [_appearance(person_id, medium, together) for medium in media_ids.get(content_id, ())]
    return sorted(found, key=lambda a: (a.person_id, a.media_id, a.start_us, a.source))


def _whose(track: TrackRecord) -> tuple[str, str, Stream]:
    return str(track.person_id), track.locator.content_id, track.locator.stream


def _moments(tracks: Sequence[TrackRecord]) -> list[list[TrackRecord]]:
    """Tracks of one person and content, ascending, in groups without a longer pause than a moment."""
    groups: list[list[TrackRecord]] = []
    end_us = 0
    for track in tracks:
        if not groups or track.locator.start_us - end_us > MOMENT_US:
            groups.append([])
        groups[-1].append(track)
        end_us = max(end_us, track.locator.end_us)
    return groups


def _appearance(person_id: str, media_id: str, tracks: Sequence[TrackRecord]) -> Appearance:
    return Appearance(
        person_id=person_id,
        media_id=media_id,
        start_us=min(track.locator.start_us for track in tracks),
        end_us=max(track.locator.end_us for track in tracks),
        confidence=_confidence(tracks),
        source="face" if tracks[0].locator.stream == "sight" else "voice",
        track_ids=tuple(track.track_id for track in tracks),
    )


def _confidence(tracks: Sequence[TrackRecord]) -> float:
    """Probability of a face times that of this person, a mean over time; what people placed counts as certain."""
    weights = [track.locator.end_us - track.locator.start_us for track in tracks]
    chances = [track.score * _probability(track.log_odds) for track in tracks]
    return round(sum(w * p for w, p in zip(weights, chances, strict=True)) / sum(weights), 4)


def _probability(log_odds: float | None) -> float:
    return 1.0 if log_odds is None else 0.5 * (1 + math.tanh(log_odds / 2))
