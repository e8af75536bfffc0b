"""Who speaks when within windows of some seconds, in which up to three voices are told apart.

The windows are those of pyannote (Bredin, "pyannote.audio 2.1 speaker diarization pipeline", 2023): which of a window's
voices is which of another one's is found by fusion, from their vectors. Here the network looks twice. Whether anybody
speaks it knows best of windows as long as those that it was trained on, where it hears the noise, too; who speaks, of
shorter ones, in which hardly ever more voices take turns than it can tell apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import Field

from aima.analyzers.activities import Cut, Mask, Window, covering, first_step_us, stretches, windows_of
from aima.analyzers.base import Analyzer, Options
from aima.domain.batch import SOUND_RATE, SoundBatch
from aima.domain.media import Stream
from aima.domain.observation import WINDOW_COLUMNS
from aima.models.model import Model

Floats = npt.NDArray[np.float32]

LENGTH_US: Final = 5_000_000
"""Of the windows in which voices are told apart."""

RUN_AT_MOST: Final = 8
"""Windows per call of the network: enough to keep a core busy, and little memory."""

NOBODY: Final = 0
"""The class of nobody."""

PAUSE_S: Final = 0.25
LEAST_S: Final = 0.6
MOST_S: Final = 5.0
"""Seconds of silence, or of speech, at which a local speaker is cut; what is shorter than LEAST_S stays with another
stretch. In composed talks of up to eight persons four in ten local speakers of a window were several persons, mostly
one after the other; of the stretches one in ten was."""


class SpeakerTurnsOptions(Options):
    """How closely windows follow each other, and how sure it has to be that somebody speaks."""

    interval_s: float = Field(2.5, ge=0.5, le=5, description="seconds from one window to the next; less costs more")
    min_speech: float | None = Field(
        None, gt=0, lt=1, description="least probability that somebody speaks; empty: that of the model"
    )


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
        self._step_us: int = model.contract["step"] * 1_000_000 // SOUND_RATE

    def analyze(self, batch: SoundBatch, options: SpeakerTurnsOptions) -> pa.Table:
        """A row per window whose middle belongs to the segment; neighbours look at the others.

        Windows and steps lie on a grid of the medium: every `pts_us` is a multiple of the step, and of the interval,
        too, where the samples do not cut the window off.
        """
        # A whole number of steps, so that steps of overlapping windows are the same moments.
        interval_us = round(options.interval_s * 1e6 / self._step_us) * self._step_us
        windows = windows_of(batch, LENGTH_US, interval_us, self._step_us)
        least = options.min_speech or self._model.thresholds["speech"]
        speech = self._speech(batch, interval_us) >= least if windows else np.zeros(0, bool)
        active = [self._active(*look, speech, batch) for look in self._looks(batch, windows, LENGTH_US)]
        cut = Cut(*(round(seconds * 1e6 / self._step_us) for seconds in (PAUSE_S, LEAST_S, MOST_S)))
        columns = {
            "end_us": [window.end_us for window in windows],
            "activities": [stretches(one, cut).tolist() for one in active],
            "activity_step_us": [float(self._step_us)] * len(windows),
        }
        return self.table(np.array([window.start_us for window in windows], np.int64), columns)

    def _speech(self, batch: SoundBatch, interval_us: int) -> Floats:
        """How probable it is that somebody speaks, per step from the first in the samples: the mean of all looks."""
        length_us = self._model.contract["window"] * 1_000_000 // SOUND_RATE
        total = np.zeros((2, (batch.end_us - batch.start_us) // self._step_us + 1), np.float32)
        for window, scores in self._looks(batch, covering(batch, length_us, interval_us, self._step_us), length_us):
            first = self._step_of(window, batch)
            total[:, first : first + len(scores)] += [1 - np.exp(scores[:, NOBODY]), np.ones(len(scores))]
        return np.asarray(total[0] / np.maximum(total[1], 1), np.float32)

    def _active(self, window: Window, scores: Floats, speech: Mask, batch: SoundBatch) -> Mask:
        """bool [speakers, steps]: who speaks most probably, where anybody does."""
        first = self._step_of(window, batch)
        somebody = 1 + scores[:, 1:].argmax(axis=1)
        return np.asarray(self._spoken[:, somebody] & speech[first : first + len(scores)], bool)

    def _step_of(self, window: Window, batch: SoundBatch) -> int:
        return (window.start_us - first_step_us(batch, self._step_us)) // self._step_us

    def _looks(self, batch: SoundBatch, windows: Sequence[Window], length_us: int) -> Iterator[tuple[Window, Floats]]:
        """Each window with the scores of its whole steps, float32 [steps, classes]."""
        contract = self._model.contract
        for start in range(0, len(windows), RUN_AT_MOST):
            some = windows[start : start + RUN_AT_MOST]
            # Always as many windows, so that sums are rounded alike.
            sound = np.zeros((RUN_AT_MOST, length_us * SOUND_RATE // 1_000_000), np.float32)
            parts = [batch.samples[window.samples(batch)] for window in some]
            for row, part in zip(sound, parts, strict=False):
                row[: len(part)] = part
            scores: Floats = self._model.runtime.run({contract["input"]: sound})[contract["scores"]]
            for window, part, one in zip(some, parts, scores, strict=False):
                yield window, one[self._places(len(part), len(one))]

    def _places(self, length: int, frames: int) -> npt.NDArray[np.int64]:
        """Index of the network's frame that is nearest to the middle of each whole step of a window, int64 [steps]."""
        contract = self._model.contract
        middles = (np.arange(length // contract["step"]) + 0.5) * contract["step"]
        places = np.round((middles - contract["field"] / 2) / contract["step"]).astype(np.int64)
        return np.asarray(np.clip(places, 0, frames - 1), np.int64)
