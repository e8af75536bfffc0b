"""Windows of sound in which it is known who speaks when: where they lie, and who is heard alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from aima.domain.batch import SOUND_RATE, SoundBatch

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of the medium: [start_us, end_us)."""

    start_us: int
    end_us: int

    def samples(self, batch: SoundBatch) -> slice:
        """Where it lies in the samples of the batch."""
        first, last = ((us - batch.start_us) * SOUND_RATE // 1_000_000 for us in (self.start_us, self.end_us))
        return slice(max(first, 0), last)


def windows_of(batch: SoundBatch, length_us: int, interval_us: int, step_us: int) -> list[Window]:
    """Windows that begin at multiples of interval_us in the medium and have their middle in the batch's own part.

    They are cut where the samples of the batch end, and cut windows still begin at a multiple of step_us.
    """
    # A medium that is shorter than a window has its middle earlier.
    half = min(length_us, batch.end_us) // 2
    own_us = batch.own_us[0], min(batch.own_us[1], batch.end_us)
    low, high = (-(-(edge - half) // interval_us) for edge in own_us)
    starts = [no * interval_us for no in range(max(low, 0), high)]
    first = first_step_us(batch, step_us)
    return [Window(max(start, first), min(start + length_us, batch.end_us)) for start in starts]


def covering(batch: SoundBatch, length_us: int, interval_us: int, step_us: int) -> list[Window]:
    """Windows that cover all samples from the first step on: whole ones, if there are as many samples."""
    first = first_step_us(batch, step_us)
    if batch.end_us <= first:
        return []
    last = max(first, (batch.end_us - length_us) // step_us * step_us)
    starts = [*range(first, last, interval_us), last]
    return [Window(start, min(start + length_us, batch.end_us)) for start in starts]


def first_step_us(batch: SoundBatch, step_us: int) -> int:
    """The first multiple of step_us in the samples."""
    return -(-batch.start_us // step_us) * step_us


@dataclass(frozen=True, slots=True)
class Activities:
    """Who speaks when in a window: bool [speakers, steps], the step in microseconds, and where the window lies."""

    window: Window
    active: Mask
    step_us: float

    def alone(self, speaker: int, at_us: npt.NDArray[np.int64]) -> Mask:
        """Whether that speaker, and nobody else, speaks at those times of the medium."""
        steps = self.active.shape[1]
        if not steps:
            return np.zeros(len(at_us), bool)
        single = self.active[speaker] & (self.active.sum(axis=0) == 1)
        places = np.floor((at_us - self.window.start_us) / self.step_us).astype(np.int64)
        inside = (places >= 0) & (places < steps)
        return np.asarray(inside & single[np.clip(places, 0, steps - 1)], bool)


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a speaker of a window is cut into stretches, in steps.

    pause: at silence longer than this. least: what is shorter stays with the nearest stretch of the same speaker. most:
    what is longer is cut into equal parts.
    """

    pause: int
    least: int
    most: int


def stretches(active: Mask, cut: Cut) -> Mask:
    """bool [stretches, steps] of bool [speakers, steps]: all steps, each in one stretch of its speaker."""
    pieces = [piece for row in active for run in _runs(row, cut) for piece in _pieces(row, run, cut.most)]
    return np.array(pieces, bool).reshape(len(pieces), active.shape[1])


def _runs(row: Mask, cut: Cut) -> list[tuple[int, int]]:
    """Where somebody speaks: [first, last) in steps."""
    edges = np.flatnonzero(np.diff(row.astype(np.int8), prepend=0, append=0))
    inner = edges[1:-1].reshape(-1, 2)
    parted = inner[inner[:, 1] - inner[:, 0] > cut.pause]
    borders = [*edges[:1], *parted.ravel(), *edges[-1:]]
    runs = [(int(first), int(last)) for first, last in zip(borders[::2], borders[1::2], strict=True)]
    while len(runs) > 1:
        lengths = [row[first:last].sum() for first, last in runs]
        short = int(np.argmin(lengths))
        if lengths[short] >= cut.least:
            break
        after = short == 0 or (short + 1 < len(runs) and _gap(runs, short + 1) < _gap(runs, short))
        first = short if after else short - 1
        runs[first : first + 2] = [(runs[first][0], runs[first + 1][1])]
    return runs


def _gap(runs: list[tuple[int, int]], number: int) -> int:
    """Steps between a run and the one before."""
    return runs[number][0] - runs[number - 1][1]


def _pieces(row: Mask, run: tuple[int, int], most: int) -> Iterator[Mask]:
    """The steps of a run in equal parts."""
    steps = run[0] + np.flatnonzero(row[run[0] : run[1]])
    for part in np.array_split(steps, -(-len(steps) // most)):
        piece = np.zeros_like(row)
        piece[part] = True
        yield piece


def read_activities(table: pa.Table) -> Iterator[Activities]:
    """The windows of a table with `WINDOW_COLUMNS`, in its order."""
    names = ("pts_us", "end_us", "activities", "activity_step_us")
    for start, end, speakers, step_us in zip(*(table[name].to_pylist() for name in names), strict=True):
        active = np.array(speakers, bool).reshape(len(speakers), -1) if speakers else np.zeros((0, 0), bool)
        yield Activities(Window(start, end), active, step_us)
