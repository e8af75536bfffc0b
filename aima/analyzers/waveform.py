"""The waveform: how loud it is from tenth to tenth of a second, and how its colour changes. Needs no model.

Loudness is drawn as peaks. The change of the spectrum from moment to moment (spectral flux, here of three bands, in
which vowels and consonants differ) goes with the motion of the mouth that speaks.
"""

from __future__ import annotations

from typing import ClassVar, Final

import numpy as np
import pyarrow as pa
from pydantic import Field

from aima.analyzers.base import Analyzer, Options
from aima.domain.batch import SOUND_RATE, SoundBatch
from aima.domain.observation import WAVEFORM_COLUMNS

STEP_US: Final = 100_000
SILENCE_DB: Final = -120.0
_STEP: Final = SOUND_RATE * STEP_US // 1_000_000
CHANGES: Final = 5
"""Changes per row."""
_HOP, _WINDOW = _STEP // CHANGES, 512
_BANDS_HZ: Final = (500, 1500, 3500, 8000)
_FAINT: Final = 1e-4
"""Added to the power of a band, so that the noise of a quiet room does not change."""


class WaveformOptions(Options):
    """Options of `waveform`."""

    clipped_from: float = Field(0.999, gt=0, le=1, description="share of full scale from which a sample is clipped")


class Waveform(Analyzer[WaveformOptions, SoundBatch]):
    """Rows of a tenth of a second, on a grid from the start of the medium; the last one may be shorter."""

    name: ClassVar[str] = "waveform"
    version: ClassVar[str] = "1"
    task: ClassVar[str | None] = None
    stream: ClassVar = "sound"
    reads: ClassVar[tuple[str, ...]] = ("samples",)
    adds: ClassVar[pa.Schema] = WAVEFORM_COLUMNS
    options_type: ClassVar[type[Options]] = WaveformOptions
    scope: ClassVar = "segment"

    def analyze(self, batch: SoundBatch, options: WaveformOptions) -> pa.Table:
        """See `Analyzer.analyze`."""
        starts_us = np.arange(-(-batch.start_us // STEP_US) * STEP_US, batch.end_us, STEP_US)
        first = (int(starts_us[0]) - batch.start_us) * SOUND_RATE // 1_000_000 if starts_us.size else 0
        rows = [batch.samples[at : at + _STEP] for at in range(first, len(batch.samples), _STEP)]
        rows, starts_us = rows[: starts_us.size], starts_us[: len(rows)]
        return self.table(
            starts_us,
            {
                "end_us": np.minimum(starts_us + STEP_US, batch.end_us).tolist(),
                "low": [float(row.min()) for row in rows],
                "high": [float(row.max()) for row in rows],
                "loudness": [_decibels(row) for row in rows],
                "clipped": [float(np.mean(np.abs(row) >= options.clipped_from)) for row in rows],
                "change": _changes(batch.samples, first, len(rows)),
            },
        )


def _changes(samples: np.ndarray, first: int, rows: int) -> list[list[float]]:
    """Mean change over the bands before each of `CHANGES` moments of each row; row 0 begins at sample `first`."""
    if not rows:
        return []
    half = _WINDOW // 2
    padded = np.pad(samples, (half + _HOP, half + _STEP))
    looks = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[first::_HOP][: rows * CHANGES + 1]
    power = np.abs(np.fft.rfft(looks * np.hanning(_WINDOW).astype(np.float32))) ** 2 / _WINDOW
    edges = np.searchsorted(np.fft.rfftfreq(_WINDOW, 1 / SOUND_RATE), _BANDS_HZ)
    bands = np.add.reduceat(power[:, : edges[-1]], edges[:-1], axis=1)
    change = np.abs(np.diff(np.log10(bands + _FAINT), axis=0)).mean(axis=1)
    return [[float(value) for value in row] for row in change.reshape(rows, CHANGES)]


def _decibels(samples: np.ndarray) -> float:
    power = float(np.mean(np.square(samples, dtype=np.float64)))
    return max(SILENCE_DB, 10 * np.log10(power)) if power else SILENCE_DB
