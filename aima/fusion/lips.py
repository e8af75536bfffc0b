"""Lips: whose mouth moves as what is heard of a speaker asks for.

The motion of a mouth is compared with two signals of the sound: the chance of speech, and how its colour changes. All
are brought to one grid and freed of what is slower or faster than syllables; then the correlation counts, at the lag
at which it is greatest: lips move a little before what is heard of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy.signal import butter, sosfiltfilt

from aima.domain.track import Track
from aima.fusion import thresholds as limits

WAVEFORM: Final = "waveform"
ACTIVITY: Final = "voice_activity"
MOUTHS: Final = "mouth_motion"

GRID_US: Final = 40_000
ROW_US: Final = 100_000
"""Length of a row of `waveform`."""
BAND_HZ: Final = (0.3, 8.0)
LAGS: Final = range(-4, 3)
"""Steps of the grid by which the sound may lie behind the lips (negative) or before them."""
GAP_US: Final = 300_000
"""Longer without a strip frame: the mouth was out of sight."""
SHORT: Final = 25
"""Steps below which a stretch in sight says nothing."""
AROUND_US: Final = 500_000
"""So much before and after a turn counts with it: when the mouth begins and ends to move."""
REST: Final = 0.05
"""Motion that a mouth at rest may have: below it nothing is told."""

_FILTER: Final = butter(2, BAND_HZ, "bandpass", fs=1e6 / GRID_US, output="sos")

Floats = npt.NDArray[np.float64]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Mouth:
    """A mouth over time: int64 [n] ascending, and its motion since the strip frame before, float64 [n], 0..1."""

    times_us: npt.NDArray[np.int64]
    motion: Floats


@dataclass(frozen=True, slots=True)
class Signal:
    """What is heard over time: int64 [n] ascending, and a value for each, float64 [n]."""

    times_us: npt.NDArray[np.int64]
    values: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Sums over steps of the grid from which correlations are told: of several stretches they are added.

    motion: of its squares; heard: float64 [signals, lags] of the squares of the signals; both: of the products.
    """

    steps: int
    motion: float
    heard: Floats
    both: Floats

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.steps + other.steps, self.motion + other.motion, self.heard + other.heard, self.both + other.both
        )

    @property
    def agreement(self) -> float:
        """Sum over the signals of the correlation at the lag at which it is greatest; next to 0 for a mouth at rest."""
        size = np.sqrt((self.motion + self.steps * REST**2) * self.heard)
        return float(np.where(size > 0, self.both / np.where(size > 0, size, 1), 0).max(axis=1).sum())

    @property
    def log_odds(self) -> float:
        """How much likelier this is of the mouth that speaks than of another one, natural logarithm."""
        seconds = max(self.steps, 1) * GRID_US / 1e6
        found = limits.LIPS_WORTH * (self.agreement - limits.LIPS_CHANCE / math.sqrt(seconds))
        return float(np.clip(found, -limits.LIPS_MOST, limits.LIPS_MOST))


def read_signals(heard: Mapping[str, pa.Table]) -> tuple[Signal, ...]:
    """The chance of speech and the change of colour, from the rows of `voice_activity` and `waveform`."""
    activity, waveform = heard[ACTIVITY].sort_by("pts_us"), heard[WAVEFORM].sort_by("pts_us")
    chance = Signal(_middles(activity), np.asarray(activity["speech_chance"], np.float64))
    changes = pc.list_flatten(waveform["change"])
    starts = np.asarray(waveform["pts_us"], np.int64)
    parts = len(changes) // max(len(starts), 1)
    times = starts[:, None] + ROW_US * np.arange(parts) // max(parts, 1)
    return chance, Signal(times.ravel(), np.asarray(changes, np.float64))


def read_mouths(tracks: Iterable[Track], motion: pa.Table) -> dict[str, Mouth]:
    """Mouths of the tracks by id; those that were never read are left out. motion: rows of `mouth_motion`."""
    rows = {pts: number for number, pts in enumerate(motion["pts_us"].to_pylist())}
    moved, times = motion["mouth_motion"].to_pylist(), motion["mouth_pts_us"].to_pylist()
    found = {}
    for track in tracks:
        looks = [
            (time, value)
            for pts, ordinal in zip(track.pts_us.tolist(), track.ordinals.tolist(), strict=True)
            if pts in rows and ordinal < len(moved[rows[pts]] or ())
            for time, value in zip(times[rows[pts]], moved[rows[pts]][ordinal] or (), strict=False)
            if value is not None
        ]
        if looks:
            at, values = zip(*looks, strict=True)
            found[track.track_id] = Mouth(np.array(at, np.int64), np.array(values, np.float64))
    return found


def compare(mouth: Mouth, signals: Sequence[Signal], spans: Sequence[Span]) -> Tally | None:
    """How a mouth goes with the signals while somebody speaks, and just around; None: it is not in sight then.

    spans: [start, end) of the turns in microseconds.
    """
    near = [(start - AROUND_US, end + AROUND_US) for start, end in spans]
    stretches = np.split(np.arange(len(mouth.times_us)), np.flatnonzero(np.diff(mouth.times_us) > GAP_US) + 1)
    tallies = [_compared(mouth.times_us[part], mouth.motion[part], signals, near) for part in stretches]
    found = [tally for tally in tallies if tally is not None]
    return sum(found[1:], found[0]) if found else None


def _compared(
    times_us: npt.NDArray[np.int64], motion: Floats, signals: Sequence[Signal], near: Sequence[Span]
) -> Tally | None:
    """The same of a stretch in which the mouth is in sight all the time."""
    grid = np.arange(-(-times_us[0] // GRID_US), times_us[-1] // GRID_US + 1) * GRID_US
    close = np.zeros(len(grid), bool)
    for start, end in near:
        close |= (start <= grid) & (grid < end)
    if len(grid) < SHORT or not close.any():
        return None
    moved = sosfiltfilt(_FILTER, np.interp(grid, times_us, motion))[close]
    reach = np.arange(grid[0] + LAGS[0] * GRID_US, grid[-1] + LAGS[-1] * GRID_US + 1, GRID_US)
    filtered = [sosfiltfilt(_FILTER, np.interp(reach, one.times_us, one.values)) for one in signals]
    heard = np.array([[values[lag - LAGS[0] :][: len(grid)][close] for lag in LAGS] for values in filtered])
    return Tally(len(moved), float((moved**2).sum()), (heard**2).sum(axis=2), heard @ moved)


def _middles(table: pa.Table) -> npt.NDArray[np.int64]:
    starts, ends = (np.asarray(table[name], np.int64) for name in ("pts_us", "end_us"))
    return (starts + ends) // 2
