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
    first = -(-batch.start_us // step_us) * step_us
    return [Window(max(start, first), min(start + length_us, batch.end_us)) for start in starts]


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


def stretches(active: Mask, pause: int, most: int) -> Mask:
    """bool [stretches, steps]: each speaker of [speakers, steps] cut apart at pauses longer than `pause` steps, and
    what is longer than `most` steps into equal pieces."""
    pieces = [piece for row in active for run in _runs(row, pause) for piece in _pieces(row, run, most)]
    return np.array(pieces, bool).reshape(len(pieces), active.shape[1])


def _runs(row: Mask, pause: int) -> Iterator[tuple[int, int]]:
    """Where somebody speaks without a longer pause: [first, last) in steps."""
    edges = np.flatnonzero(np.diff(row.astype(np.int8), prepend=0, append=0))
    starts, ends = edges[::2], edges[1::2]
    parted = starts[1:] - ends[:-1] > pause
    firsts, lasts = starts[np.append(True, parted)[: len(starts)]], ends[np.append(parted, True)[: len(ends)]]
    yield from zip(firsts.tolist(), lasts.tolist(), strict=True)


def _pieces(row: Mask, run: tuple[int, int], most: int) -> Iterator[Mask]:
    """The steps of a row that lie in equal parts of a run."""
    first, last = run
    for part in np.array_split(np.arange(first, last), -(-(last - first) // most)):
        piece = np.zeros_like(row)
        piece[part] = row[part]
        if piece.any():
            yield piece


def read_activities(table: pa.Table) -> Iterator[Activities]:
    """The windows of a table with `WINDOW_COLUMNS`, in its order."""
    names = ("pts_us", "end_us", "activities", "activity_step_us")
    for start, end, speakers, step_us in zip(*(table[name].to_pylist() for name in names), strict=True):
        active = np.array(speakers, bool).reshape(len(speakers), -1) if speakers else np.zeros((0, 0), bool)
        yield Activities(Window(start, end), active, step_us)
