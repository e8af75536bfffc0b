"""What is heard, second by second: speech, singing, music, or what else the network knows."""

from __future__ import annotations

from typing import ClassVar, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import Field

from aima.analyzers.base import Analyzer, Options
from aima.analyzers.voice_vectors import filter_bank
from aima.domain.batch import SOUND_RATE, SoundBatch
from aima.domain.media import Stream
from aima.domain.observation import SOUND_EVENT_COLUMNS
from aima.models.model import Model

Floats = npt.NDArray[np.float32]

LOOK_US: Final = 1_000_000
"""Looks begin at multiples of this, so that neighbours agree."""

HOP: Final = SOUND_RATE // 100
"""Samples from one frame of a spectrum to the next."""

WINDOW: Final = 400
"""Samples that a frame is made of."""

TRANSFORMED: Final = 512
"""Samples of the Fourier transform; what is missing is silence."""

AT_ONCE: Final = 16
"""Looks per call of the network: bounds its memory."""


class SoundEventsOptions(Options):
    """What is worth being noted."""

    min_score: float = Field(0.3, ge=0, le=1, description="lower keeps more sounds and more that are misheard")
    most: int = Field(5, ge=1, description="of one look at most so many sounds are kept, the surest first")


class SoundEvents(Analyzer[SoundEventsOptions, SoundBatch]):
    """Names what is heard; a row is a look of a second."""

    name: ClassVar[str] = "sound_events"
    version: ClassVar[str] = "1"
    task: ClassVar[str | None] = "sound_events"
    stream: ClassVar[Stream] = "sound"
    reads: ClassVar[tuple[str, ...]] = ("samples",)
    adds: ClassVar[pa.Schema] = SOUND_EVENT_COLUMNS
    options_type: ClassVar[type[Options]] = SoundEventsOptions
    scope = "segment"

    def load(self, model: Model | None) -> None:
        """Take the network and the names of its classes."""
        assert model is not None, "sound_events needs a model"
        self._model = model
        self._labels = model.texts["labels"].split("\n")

    def analyze(self, batch: SoundBatch, options: SoundEventsOptions) -> pa.Table:
        """A row for each second that has begun; the last one may be shorter."""
        first = -(-batch.start_us // LOOK_US)
        samples = batch.samples[(first * LOOK_US - batch.start_us) * SOUND_RATE // 1_000_000 :]
        scores = self._scores(samples) if len(samples) >= WINDOW else np.zeros((0, len(self._labels)), np.float32)
        pts_us = (first + np.arange(len(scores), dtype=np.int64)) * LOOK_US
        ends_us = np.minimum(pts_us + LOOK_US, batch.end_us)
        sounds = [self._named(row, options) for row in scores]
        return self.table(pts_us, {"end_us": ends_us.tolist(), "sounds": sounds})

    def _named(self, scores: Floats, options: SoundEventsOptions) -> list[dict[str, object]]:
        nothing = self._model.contract.get("nothing", ())
        order = [i for i in np.argsort(-scores, kind="stable") if self._labels[i] not in nothing]
        sure = [i for i in order[: options.most] if scores[i] >= options.min_score]
        return [{"label": self._labels[i], "score": float(scores[i])} for i in sure]

    def _scores(self, samples: Floats) -> Floats:
        """float32 [looks, classes]: how sure the network is of each."""
        hear = self._of_bank if self._model.contract["sees"] == "filter bank" else self._of_spectra
        return hear(samples)

    def _of_bank(self, samples: Floats) -> Floats:
        """For networks that follow sound frame by frame: the mean of each second."""
        contract = self._model.contract
        # It was trained on 16-bit samples.
        bank = filter_bank(samples * np.float32(32768), contract["bins"])
        frames = self._model.runtime.run({contract["input"]: bank[None]})[contract["probabilities"]][0]
        firsts = np.arange(0, len(frames), LOOK_US * SOUND_RATE // 1_000_000 // HOP)
        sums = np.add.reduceat(frames, firsts, axis=0)
        counts = np.diff(firsts, append=len(frames))
        return np.asarray(sums / counts[:, None], np.float32)

    def _of_spectra(self, samples: Floats) -> Floats:
        """For networks that are shown one spectrogram per look: of its first 0.96 s."""
        contract = self._model.contract
        length, every = contract["frames"], LOOK_US * SOUND_RATE // 1_000_000
        count = -(-(len(samples) - WINDOW + 1) // every)
        needed = (length - 1) * HOP + WINDOW
        padded = np.zeros((count - 1) * every + needed, np.float32)
        padded[: len(samples)] = samples[: len(padded)]
        windows = np.lib.stride_tricks.sliding_window_view(padded, needed)[::every]
        hann = np.hanning(WINDOW + 1)[:-1].astype(np.float32)
        scores = []
        for start in range(0, count, AT_ONCE):
            looks = np.lib.stride_tricks.sliding_window_view(windows[start : start + AT_ONCE], WINDOW, axis=1)[:, ::HOP]
            spectra = np.abs(np.fft.rfft(looks * hann, TRANSFORMED)).astype(np.float32)
            scores.append(self._model.runtime.run({contract["input"]: spectra})[contract["probabilities"]])
        return np.concatenate(scores)
