"""How sure it is, in every moment, that somebody speaks."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from aima.analyzers.base import Analyzer, Options
from aima.domain.batch import SOUND_RATE, SoundBatch
from aima.domain.media import Stream
from aima.domain.observation import VOICE_ACTIVITY_COLUMNS
from aima.models.model import Model

Floats = npt.NDArray[np.float32]


class VoiceActivityOptions(Options):
    """None: what counts as speech is decided by who reads the chances."""


class VoiceActivity(Analyzer[VoiceActivityOptions, SoundBatch]):
    """Looks at short frames one after another, and remembers what came before."""

    name: ClassVar[str] = "voice_activity"
    version: ClassVar[str] = "1"
    task: ClassVar[str | None] = "voice_activity"
    stream: ClassVar[Stream] = "sound"
    reads: ClassVar[tuple[str, ...]] = ("samples",)
    adds: ClassVar[pa.Schema] = VOICE_ACTIVITY_COLUMNS
    options_type: ClassVar[type[Options]] = VoiceActivityOptions
    scope = "segment"

    def load(self, model: Model | None) -> None:
        """Take the network; its contract says how long a frame is."""
        assert model is not None, "voice_activity needs a model"
        self._model = model

    def analyze(self, batch: SoundBatch, options: VoiceActivityOptions) -> pa.Table:
        """A row per frame; frames begin at multiples of their length in the medium, so that neighbours agree."""
        length: int = self._model.contract["frame"]
        frame_us = length * 1_000_000 // SOUND_RATE
        first = -(-batch.start_us // frame_us)
        skipped = (first * frame_us - batch.start_us) * SOUND_RATE // 1_000_000
        chances = self._chances(batch.samples[skipped:], length)
        pts_us = (first + np.arange(len(chances), dtype=np.int64)) * frame_us
        ends_us = np.minimum(pts_us + frame_us, batch.end_us)
        return self.table(pts_us, {"end_us": ends_us.tolist(), "speech_chance": chances.tolist()})

    def _chances(self, samples: Floats, length: int) -> Floats:
        """float32 [frames], 0..1; the last frame is filled up with silence."""
        contract = self._model.contract
        if not len(samples):
            return np.zeros(0, np.float32)
        frames = np.zeros((-(-len(samples) // length), length), np.float32)
        frames.ravel()[: len(samples)] = samples
        # Each frame is shown with the end of the one before.
        before = np.roll(frames[:, -contract["context"] :], 1, axis=0)
        before[0] = 0
        memory = np.zeros((1, 1, contract["memory"]), np.float32)
        inputs = {contract["input"]: np.concatenate([before, frames], axis=1), "hidden": memory, "cell": memory}
        return np.asarray(self._model.runtime.run(inputs)[contract["chances"]], np.float32)
