"""Tracks and appearances: what fusion makes of observations."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from aima.domain.media import NAMESPACE, Stream

Box = tuple[float, float, float, float]
Source = Literal["face", "voice"]


@dataclass(frozen=True, slots=True)
class Locator:
    """Where in a content something is: survives new models and segmentations. box: None for what is heard."""

    content_id: str
    stream: Stream
    start_us: int
    end_us: int
    box: Box | None


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """The same face over adjacent frames.

    start_us, end_us: half open, ends one sample step after the last sample.
    pts_us: int64 [n]; boxes: float32 [n, 4] left, top, width, height in displayed source pixels;
    ordinals: int32 [n], index of the face in its frame; quality: float32 [n], 0..1.
    vector: float32 [d], L2-normalised mean weighted by quality, or None where no vector was computed.
    vectors: float32 [k <= 5, d], the best single ones; chosen: int64 [k], the samples that they are of.
    expression: float32 [7] mean probabilities in the order of EXPRESSIONS, or None.
    still: the content is a single picture, so that no second look could be had.
    """

    track_id: str
    content_id: str
    start_us: int
    end_us: int
    pts_us: npt.NDArray[np.int64]
    boxes: npt.NDArray[np.float32]
    ordinals: npt.NDArray[np.int32]
    quality: npt.NDArray[np.float32]
    scores: npt.NDArray[np.float32]
    vector: npt.NDArray[np.float32] | None
    vectors: npt.NDArray[np.float32]
    expression: npt.NDArray[np.float32] | None = None
    still: bool = False
    chosen: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))

    @property
    def best(self) -> int:
        """Index of the sample with the best quality, the first of equals."""
        return int(np.argmax(self.quality))

    @property
    def box(self) -> Box:
        """The box of the best sample."""
        left, top, width, height = (float(v) for v in self.boxes[self.best])
        return left, top, width, height

    @property
    def locator(self) -> Locator:
        """Span of the track and the box of its best sample."""
        return Locator(self.content_id, "sight", self.start_us, self.end_us, self.box)


def track_id(content_id: str, start_us: int, end_us: int, first_box: Box) -> str:
    """The same observations give the same id."""
    box = ",".join(str(round(v)) for v in first_box)
    return str(uuid.uuid5(NAMESPACE, f"track:{content_id}:{start_us}:{end_us}:{box}"))


@dataclass(frozen=True, slots=True)
class Link:
    """Why a track or turn belongs to a person: shares of the evidence in log-odds by modality.

    log_odds: the sum of the shares; None for the only track of a person, or the only voice, which needs no evidence.
    """

    track_id: str
    log_odds: float | None
    shares: dict[str, float]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Tracks and turns that fusion takes for one person: tracks by (content_id, start_us), then turns likewise."""

    links: tuple[Link, ...]

    @property
    def track_ids(self) -> tuple[str, ...]:
        """Ids of the tracks and turns in order."""
        return tuple(link.track_id for link in self.links)


@dataclass(frozen=True, slots=True)
class Appearance:
    """One stretch in which a person is seen, or heard, in a medium: tracks closer than a moment are one appearance.

    confidence: 0..1. source: what is there, "face" or "voice"; the track_ids of a voice are those of turns.
    """

    person_id: str
    media_id: str
    start_us: int
    end_us: int
    confidence: float
    source: Source
    track_ids: tuple[str, ...]
