"""The waveform: how loud it is from tenth to tenth of a second. Drawn as peaks; needs no model."""

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
            },
        )


def _decibels(samples: np.ndarray) -> float:
    power = float(np.mean(np.square(samples, dtype=np.float64)))
    return max(SILENCE_DB, 10 * np.log10(power)) if power else SILENCE_DB
