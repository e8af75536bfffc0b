"""What a contained child says about its medium, checked before anything is made of it.

A child that was broken into says what it likes. What it says of pixels can be wrong, which harms only its own medium;
it must not decide how much memory or time its parent spends, nor put what no database takes into names and texts.
"""

from __future__ import annotations

import dataclasses
import math
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter, ValidationError

from aima.domain.media import MediaInfo, Problem, Segment
from aima.media import ring
from aima.media.contained import wire
from aima.media.listening_plan import RATES, plan_listening
from aima.media.plan import plan_reading
from aima.settings import Media

_MOST_PIXELS: Final = 1 << 31  # of one side; pixel aspects widen what the cap of pixels was held against
_MOST_DETAILS: Final = 40
_MOST_PROBLEMS: Final = 40
_LONGEST_NAME: Final = 64
_LONGEST_TEXT: Final = 300
_LATEST_US: Final = 1 << 62
_WITHOUT_FRAMES: Final = 2  # chunks of a segment that only tell of problems

_info: Final = TypeAdapter(MediaInfo)


class Nonsense(Exception):
    """Nothing that AIMA's own child would say."""


def info_of(said: object, caps: Media) -> MediaInfo:
    """The description of a medium.

    Raises:
        Nonsense: it is none, or one that the caps rule out.
    """
    try:
        info = _info.validate_python(said)
    except ValidationError as error:
        raise Nonsense from error
    numbers = (info.fps, *(value for value in info.details.values() if isinstance(value, float)))
    possible = (
        0 <= info.width < _MOST_PIXELS
        and 0 <= info.height < _MOST_PIXELS
        and 0 <= info.duration_us <= caps.max_duration_s * 1e6
        and 0 <= (info.frames or 0) <= caps.max_frames
        and all(math.isfinite(number) for number in numbers)
        and info.fps >= 0
        and _ascends_from_zero(info.keyframes_us, info.kind == "audio")
        and len(info.details) <= _MOST_DETAILS
    )
    if not possible:
        raise Nonsense
    try:
        plan_reading(info, caps.model_dump(), caps.decoder)
        _check_sound(info, caps)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise Nonsense from error
    details = {wire.plain(name, _LONGEST_NAME): _kept(value) for name, value in info.details.items()}
    shown = {name: wire.plain(getattr(info, name), _LONGEST_NAME) for name in ("format", "codec")}
    return dataclasses.replace(info, details=details, **shown)  # type: ignore[arg-type]


def _check_sound(info: MediaInfo, caps: Media) -> None:
    """See that its sound can be planned.

    Raises:
        ValueError: it cannot be.
        KeyError, TypeError, OverflowError: facts are missing, or are no numbers.
    """
    if "sound_end_us" not in info.details:
        return
    plan = plan_listening(info, caps.max_pixels, caps.max_streams)
    if plan.rate not in RATES or not 0 < plan.end_us <= caps.max_duration_s * 1e6:
        raise ValueError
    if min(plan.stream, plan.guide) < 0 or max(abs(plan.first_us), abs(plan.origin_us)) >= _LATEST_US:
        raise ValueError


def _ascends_from_zero(keyframes_us: tuple[int, ...], may_lack: bool) -> bool:
    if not keyframes_us:
        return may_lack
    return keyframes_us[0] == 0 and all(a < b for a, b in pairwise(keyframes_us)) and keyframes_us[-1] < _LATEST_US


def _kept(value: str | float | bool) -> str | int | float | bool:
    if isinstance(value, str):
        return wire.plain(value, _LONGEST_TEXT)
    if abs(value) >= _LATEST_US:
        raise Nonsense
    return value


@dataclasses.dataclass(frozen=True, slots=True)
class Announced:
    """A chunk that lies in the ring. pts_us, strip_us: int64 [frames], int64 [strip frames], both ascending."""

    slot: int
    pts_us: npt.NDArray[np.int64]
    strip_us: npt.NDArray[np.int64]
    problems: tuple[Problem, ...]


class Account:
    """The chunks that a child announces for one segment: in order, within it, and no more than there can be."""

    def __init__(self, segment: Segment, shape: ring.RingShape, caps: Media) -> None:
        seconds = (segment.end_us - segment.start_us) / 1e6
        self._segment, self._shape = segment, shape
        self._last_us = self._strip_last_us = segment.start_us - 1
        # Slots begin before the segment and end behind it.
        self._frames_left = math.ceil(seconds * caps.sample_fps) + 2
        self._strip_left = math.ceil(seconds * caps.strip_max_fps) + 2 + self._frames_left
        self._empty_left = _WITHOUT_FRAMES

    def take(self, message: dict[str, Any]) -> Announced:
        """The next chunk.

        Raises:
            Nonsense: it cannot be.
        """
        chunk = _announced(message)
        if not 0 <= chunk.slot < ring.SLOTS:
            raise Nonsense
        if chunk.pts_us.size > self._shape.frames or chunk.strip_us.size > self._shape.strip:
            raise Nonsense
        self._last_us = self._follow(chunk.pts_us, self._last_us)
        self._strip_last_us = self._follow(chunk.strip_us, self._strip_last_us)
        self._frames_left -= chunk.pts_us.size
        self._strip_left -= chunk.strip_us.size
        self._empty_left -= not chunk.strip_us.size
        if min(self._frames_left, self._strip_left, self._empty_left) < 0:
            raise Nonsense
        return chunk

    def _follow(self, times_us: npt.NDArray[np.int64], last_us: int) -> int:
        """The last of these times, which come after `last_us` and within the segment."""
        if not times_us.size:
            return last_us
        if times_us[0] <= last_us or times_us[-1] >= self._segment.end_us or np.any(np.diff(times_us) <= 0):
            raise Nonsense
        return int(times_us[-1])


def heard(message: dict[str, Any]) -> tuple[Problem, ...]:
    """What is wrong with the sound of a segment, whose samples lie in the shared memory.

    Raises:
        Nonsense: it says something else.
    """
    try:
        return _problems(message["heard"])
    except (KeyError, TypeError, ValueError) as error:
        raise Nonsense from error


def _problems(said: Any) -> tuple[Problem, ...]:
    found = [(wire.plain(code, _LONGEST_NAME), wire.plain(detail, _LONGEST_TEXT)) for code, detail in said]
    return tuple(Problem(code, "media", detail) for code, detail in found[:_MOST_PROBLEMS])


def _announced(message: dict[str, Any]) -> Announced:
    try:
        said = message["chunk"]
        problems = _problems(said["problems"])
        times = np.array(said["pts"], np.int64), np.array(said["strip"], np.int64)
        slot = int(said["slot"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise Nonsense from error
    if any(axis.ndim != 1 for axis in times):
        raise Nonsense
    return Announced(slot, *times, problems)
