"""What the child must know to read a medium: what the gate found and what the settings ask for, in one record."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from aima.domain.media import MediaInfo
from aima.media.colour import Transfer
from aima.media.geometry import Orientation, Size, fit
from aima.media.ring import RingShape

_LONGEST_STRIP_S: Final = 62.0
_LARGEST_CHUNK_BYTES: Final = 256 << 20
# Half a millisecond of rounding in a container's time base must not push two frames into one slot.
_JITTER_US: Final = 600


@dataclass(frozen=True, slots=True)
class ReadPlan:
    """How one medium is read.

    picture: Pillow reads it. stream: index of the video stream. origin_us: where the medium's timeline begins on
    the container's. linear: timestamps jump, so reading starts at the beginning and time is counted on.
    keyframes_us: where decoding can start. frame_size and strip_size: upright sizes of what is delivered.
    """

    picture: bool
    stream: int
    origin_us: int
    linear: bool
    orientation: Orientation
    transfer: Transfer
    keyframes_us: tuple[int, ...]
    step_us: int
    frame_size: Size
    strip_size: Size
    sample_fps: float
    strip_fps: float
    decoder: str
    max_pixels: int
    max_streams: int

    @property
    def through_decord(self) -> bool:
        """Whether decord reads it: it knows neither HDR, nor mirrored video, nor jumping timestamps.

        Turned video is left to PyAV too: decord 3.4 gives skewed rows for some widths of it.
        """
        turned = self.orientation != Orientation()
        return self.decoder == "decord" and not (self.picture or self.linear or turned or self.transfer != "sdr")

    def slot(self, pts_us: int) -> int:
        """Number of the sampling slot at a time; its first frame is analysed."""
        return math.floor(pts_us * self.sample_fps / 1e6)

    def slot_start_us(self, pts_us: int) -> int:
        """Where the sampling slot of a time begins."""
        return math.floor(self.slot(pts_us) * 1e6 / self.sample_fps)

    def strip_slot(self, pts_us: int) -> int:
        """Number of the strip's slot at a time; its first frame goes into the strip."""
        return math.floor((pts_us + _JITTER_US) * self.strip_fps / 1e6)

    def keyframe_before(self, pts_us: int) -> int:
        """The last keyframe at or before a time."""
        found = bisect_right(self.keyframes_us, pts_us)
        return self.keyframes_us[found - 1] if found else 0

    def ring_shape(self, frames_per_chunk: int) -> RingShape:
        """Capacity of one chunk: fewer frames where they are very large."""
        frame_bytes = self.frame_size[0] * self.frame_size[1] * 3
        frames = max(1, min(frames_per_chunk, _LARGEST_CHUNK_BYTES // frame_bytes))
        seconds = min(frames / self.sample_fps, _LONGEST_STRIP_S)
        return RingShape(self.frame_size, self.strip_size, frames, math.ceil(seconds * self.strip_fps) + frames + 2)


def plan_reading(info: MediaInfo, caps: Mapping[str, Any], decoder: str) -> ReadPlan:
    """The plan for a medium as the gate described it; `caps` are the fields of `settings.Media`."""
    facts = info.details
    size = (info.width, info.height)
    step_us = max(1, round(1e6 / info.fps)) if info.fps > 0 else 40_000
    return ReadPlan(
        picture=bool(facts.get("picture")),
        stream=int(facts.get("stream", 0)),
        origin_us=int(facts.get("origin_us", 0)),
        linear=bool(facts.get("linear")),
        orientation=Orientation(int(facts.get("turns", 0)), bool(facts.get("flip"))),
        transfer=str(facts.get("transfer", "sdr")),  # type: ignore[arg-type]
        keyframes_us=info.keyframes_us,
        step_us=step_us,
        frame_size=fit(size, caps["analysis_long_side"]),
        strip_size=fit(size, caps["strip_long_side"]),
        sample_fps=caps["sample_fps"],
        strip_fps=caps["strip_max_fps"],
        decoder=decoder,
        max_pixels=caps["max_pixels"],
        max_streams=caps["max_streams"],
    )
