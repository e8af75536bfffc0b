"""Media, their segments, and the pixels that a segment gives."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

MediaKind = Literal["video", "image", "audio"]
Stream = Literal["sight", "sound"]

SOUND_RATE: Final = 16_000
"""Samples per second (Hz) of all sound that analyzers hear."""

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://aima.dev/ids")


def media_id(owner_id: str, content_id: str) -> str:
    """One owner's copy of a content: uuid5 of both."""
    return str(uuid.uuid5(NAMESPACE, f"medium:{owner_id}:{content_id}"))


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read or analysed; noted, never fatal."""

    code: str
    source: str
    detail: str


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """What gate and probe found out. Sizes in displayed pixels (after rotation, EXIF and pixel aspect).

    `keyframes_us` are the times at which decoding can start, ascending, from 0. `partial` is true when
    something can be read, but not everything (truncated, damaged). `has_sound`: some track of sound can be decoded;
    of the one that is analysed `details` holds sound_stream (its index), sound_rate (Hz), sound_channels, sound_codec,
    sound_tracks (how many there are), sound_first_us and sound_end_us on the medium's time line. sound_problem: why
    sound that is in it cannot be analysed.
    """

    kind: MediaKind
    format: str
    codec: str
    width: int
    height: int
    duration_us: int
    fps: float
    rotation: int = 0
    frames: int | None = None
    has_sound: bool = False
    partial: bool = False
    keyframes_us: tuple[int, ...] = ()
    details: dict[str, str | int | float | bool] = field(default_factory=dict)

    @property
    def sound_end_us(self) -> int:
        """Where its sound ends on the medium's time line; 0: it has none that can be decoded."""
        return int(self.details.get("sound_end_us", 0)) if self.has_sound else 0

    @property
    def tells_of_sound(self) -> bool:
        """Whether its sound was looked at; what was taken in before sound was analysed says only that there is some."""
        return not self.has_sound or "sound_end_us" in self.details


@dataclass(frozen=True, slots=True)
class Segment:
    """A fixed piece of one stream of a content: [start_us, end_us)."""

    content_id: str
    no: int
    stream: Stream
    start_us: int
    end_us: int


@dataclass(frozen=True, slots=True)
class Medium:
    """One owner's copy of a content."""

    media_id: str
    content_id: str
    owner_id: str
    filename: str
    path: str
    size: int
    info: MediaInfo


@dataclass(frozen=True, slots=True)
class Strip:
    """Small grey frames of every decoded frame.

    frames: uint8 [n, height, width]; pts_us: int64 [n], ascending.
    """

    frames: npt.NDArray[np.uint8]
    pts_us: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FrameChunk:
    """A few consecutive sampled frames and the grey strip from the first of them up to the next chunk.

    frames: uint8 [n, height, width, 3] RGB, upright, square pixels, at analysis resolution;
    pts_us: int64 [n], ascending.
    """

    frames: npt.NDArray[np.uint8]
    pts_us: npt.NDArray[np.int64]
    strip: Strip
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Sound:
    """The sound of one segment with its context.

    samples: float32 [n], mono, `SOUND_RATE`, -1..1; sample i lies at start_us + i * 62.5 microseconds of the medium, so
    that neighbours have the same samples where they overlap. 0 where nothing could be decoded.
    """

    samples: npt.NDArray[np.float32]
    start_us: int
    problems: tuple[Problem, ...] = ()
