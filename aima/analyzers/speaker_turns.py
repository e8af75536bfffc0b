"""Who speaks when within windows of some seconds, in which up to three voices are told apart.

The windows are those of pyannote (Bredin, "pyannote.audio 2.1 speaker diarization pipeline", 2023): which of a window's
voices is which of another one's is found by fusion, from their vectors.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import Field

from aima.analyzers.activities import Mask, Window, stretches, windows_of
from aima.analyzers.base import Analyzer, Options
from aima.domain.batch import SOUND_RATE, SoundBatch
from aima.domain.media import Stream
from aima.domain.observation import WINDOW_COLUMNS
from aima.models.model import Model

Floats = npt.NDArray[np.float32]

RUN_AT_MOST = 8
"""Windows per call of the network: enough to keep a core busy, and little memory."""

PAUSE_S = 0.25
MOST_S = 4.0
"""Seconds of silence, or of speech, at which a local speaker is cut. In composed talks of up to eight persons four in
ten local speakers of a window were several persons, mostly one after the other; of the stretches one in ten was."""


class SpeakerTurnsOptions(Options):
    """How closely windows follow each other."""

    interval_s: float = Field(2.5, ge=0.5, le=5, description="seconds from one window to the next; less costs more")


class SpeakerTurns(Analyzer[SpeakerTurnsOptions, SoundBatch]):
    """Tells apart who speaks in each window, also where two speak at once.

    What it gives are stretches: a speaker of a window who pauses, or speaks long, has several. That they are of one
    speaker is found again from their vectors, and surer than this network knows it.
    """

    name: ClassVar[str] = "speaker_turns"
    version: ClassVar[str] = "1"
    task: ClassVar[str | None] = "speaker_turns"
    stream: ClassVar[Stream] = "sound"
    reads: ClassVar[tuple[str, ...]] = ("samples",)
    adds: ClassVar[pa.Schema] = WINDOW_COLUMNS
    options_type: ClassVar[type[Options]] = SpeakerTurnsOptions
    scope = "segment"

    def load(self, model: Model | None) -> None:
        """Take the network; its contract says how long a window is and what its classes mean."""
        assert model is not None, "speaker_turns needs a model"
        self._model = model
        classes: Sequence[Sequence[int]] = model.contract["classes"]
        # Who speaks, by class: bool [speakers, classes].
        self._spoken = np.array([[i in spoken for spoken in classes] for i in range(model.contract["speakers"])])

    def analyze(self, batch: SoundBatch, options: SpeakerTurnsOptions) -> pa.Table:
        """A row per window whose middle belongs to the segment; neighbours look at the others.

        Windows and steps lie on a grid of the medium: every `pts_us` is a multiple of the step, and of the interval,
        too, where the samples do not cut the window off.
        """
        contract = self._model.contract
        step_us = contract["step"] * 1_000_000 / SOUND_RATE
        # A whole number of steps, so that steps of overlapping windows are the same moments.
        interval_us = round(round(options.interval_s * 1e6 / step_us) * step_us)
        windows = windows_of(batch, contract["window"] * 1_000_000 // SOUND_RATE, interval_us, round(step_us))
        active = [
            one
            for start in range(0, len(windows), RUN_AT_MOST)
            for one in self._look(batch, windows[start : start + RUN_AT_MOST])
        ]
        pause, most = (round(seconds * 1e6 / step_us) for seconds in (PAUSE_S, MOST_S))
        columns = {
            "end_us": [window.end_us for window in windows],
            "activities": [stretches(one, pause, most).tolist() for one in active],
            "activity_step_us": [step_us] * len(windows),
        }
        return self.table(np.array([window.start_us for window in windows], np.int64), columns)

    def _look(self, batch: SoundBatch, windows: Sequence[Window]) -> list[Mask]:
        """Per window bool [speakers, steps]: which of them speaks."""
        contract = self._model.contract
        # Always as many windows, so that sums are rounded alike.
        sound = np.zeros((RUN_AT_MOST, contract["window"]), np.float32)
        lengths = []
        for row, window in zip(sound, windows, strict=False):
            samples = batch.samples[window.samples(batch)]
            row[: len(samples)] = samples
            lengths.append(len(samples))
        scores: Floats = self._model.runtime.run({contract["input"]: sound})[contract["scores"]]
        places = [self._places(length, scores.shape[1]) for length in lengths]
        return [self._spoken[:, one[place].argmax(axis=1)] for one, place in zip(scores, places, strict=False)]

    def _places(self, length: int, frames: int) -> npt.NDArray[np.int64]:
        """Index of the network's frame that is nearest to the middle of each whole step of a window, int64 [steps]."""
        contract = self._model.contract
        middles = (np.arange(length // contract["step"]) + 0.5) * contract["step"]
        places = np.round((middles - contract["field"] / 2) / contract["step"]).astype(np.int64)
        return np.asarray(np.clip(places, 0, frames - 1), np.int64)
