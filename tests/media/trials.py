"""One file through the gate and the contained decoder, as an analysis does it, with what that cost."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from aima.domain.batch import SOUND_RATE
from aima.domain.media import FrameChunk, MediaInfo, Problem, Sound
from aima.errors import MediaError
from aima.media.contained.keeper import Ending, Lifeline
from aima.media.gate import inspect
from aima.media.reader import Decoder, SegmentReader
from aima.media.segments import plan_segments
from aima.settings import Media

Verdict = Literal["done", "partial", "refused"]
CAPS = {"CPU s": 60.0, "wall s": 60.0, "MB": 1500.0}
See = Callable[[FrameChunk], None]


@dataclass
class Trial:
    """What became of a file. codes: why something is missing; said: every word about it.

    cpu_s, peak_bytes: of its children, taken together and of the largest one.
    """

    path: Path
    info: MediaInfo | None = None
    codes: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    frames: int = 0
    strip_us: list[int] = field(default_factory=list)
    sound_s: float = 0.0
    inspect_cpu_s: float = 0.0
    cpu_s: float = 0.0
    peak_bytes: int = 0
    wall_s: float = 0.0

    @property
    def verdict(self) -> Verdict:
        """Refused: nothing of it can be analysed."""
        if self.info is None or (self.info.kind != "audio" and not self.frames):
            return "refused"
        return "partial" if self.codes else "done"


@contextlib.contextmanager
def endings() -> Iterator[list[Ending]]:
    """How the children end meanwhile."""
    seen: list[Ending] = []
    end = Lifeline.end

    def noted(line: Lifeline) -> Ending:
        ending = end(line)
        seen.append(ending)
        return ending

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Lifeline, "end", noted)
        yield seen


def attempt(path: Path, options: Media | None = None, decoder: Decoder = "pyav", see: See | None = None) -> Trial:
    """Inspect a file, and read all of its segments if it is let in; `see` gets every chunk of sight."""
    options = options or Media()
    trial, began = Trial(path), time.monotonic()
    with endings() as seen:
        try:
            trial.info = inspect(path, options)
        except MediaError as error:
            _note(trial, error)
        trial.inspect_cpu_s = sum(ending.cpu_s or 0.0 for ending in seen)
        if trial.info is not None:
            _read(trial, trial.info, options, decoder, see)
    trial.wall_s = time.monotonic() - began
    trial.cpu_s = sum(ending.cpu_s or 0.0 for ending in seen)
    trial.peak_bytes = max((ending.peak_bytes or 0 for ending in seen), default=0)
    return trial


def _read(trial: Trial, info: MediaInfo, options: Media, decoder: Decoder, see: See | None) -> None:
    trial.said.append(repr(info))
    if info.partial:
        trial.codes.append("partial")
    with SegmentReader(trial.path, info, options, decoder) as reader:
        for segment in plan_segments("content", info):
            try:
                if segment.stream == "sound":
                    _hear(trial, reader.sound(segment))
                    continue
                for chunk in reader.chunks(segment):
                    _count(trial, chunk)
                    if see is not None:
                        see(chunk)
            except MediaError as error:
                _note(trial, error)


def _count(trial: Trial, chunk: FrameChunk) -> None:
    trial.frames += len(chunk.pts_us)
    trial.strip_us += chunk.strip.pts_us.tolist()
    _tell(trial, chunk.problems)


def _hear(trial: Trial, sound: Sound) -> None:
    assert np.all(np.abs(sound.samples) <= 1)
    trial.sound_s += len(sound.samples) / SOUND_RATE
    _tell(trial, sound.problems)


def _tell(trial: Trial, problems: Sequence[Problem]) -> None:
    for problem in problems:
        trial.codes.append(problem.code)
        trial.said.append(problem.detail)


def _note(trial: Trial, error: MediaError) -> None:
    trial.codes.append(error.code)
    trial.said += [error.message, error.remedy]


def over_caps(trial: Trial) -> list[str]:
    """Which of the promised caps of one file its children were over."""
    measured = {"CPU s": trial.cpu_s, "wall s": trial.wall_s, "MB": trial.peak_bytes / 1e6}
    return [f"{value:.0f} {name}" for name, value in measured.items() if value > CAPS[name]]
