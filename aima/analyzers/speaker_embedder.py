"""Voice vectors: what is heard of each speaker of a window while nobody else speaks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import Field

from aima.analyzers.activities import Activities, Mask, read_activities
from aima.analyzers.base import Analyzer, Options
from aima.analyzers.voice_vectors import moments_us, voices
from aima.domain.batch import SoundBatch
from aima.domain.media import Stream
from aima.domain.observation import VOICE_VECTOR_COLUMNS
from aima.models.model import Model

Times = npt.NDArray[np.int64]

A_MOMENT: Final = 0.01
"""Seconds from one moment to the next."""

Vector = list[float]


class SpeakerEmbedderOptions(Options):
    """Whose voice gets a vector, and of how much of it."""

    identify: bool = Field(True, description="off: voices stay anonymous, no vector is computed")
    min_s: float = Field(0.4, ge=0.1, description="seconds of one voice alone in a window; with less it gets no vector")
    most_s: float = Field(4.0, ge=1, description="seconds that a vector is made of at most; more costs more")


class SpeakerEmbedder(Analyzer[SpeakerEmbedderOptions, SoundBatch]):
    """Makes a vector of every speaker of a window of whom enough is heard alone."""

    name: ClassVar[str] = "speaker_embedder"
    version: ClassVar[str] = "1"
    task: ClassVar[str | None] = "speaker_embedding"
    stream: ClassVar[Stream] = "sound"
    reads: ClassVar[tuple[str, ...]] = ("samples", "activities")
    adds: ClassVar[pa.Schema] = VOICE_VECTOR_COLUMNS
    options_type: ClassVar[type[Options]] = SpeakerEmbedderOptions
    scope = "segment"

    def load(self, model: Model | None) -> None:
        """Take an embedding model; its contract says what it is shown."""
        assert model is not None, "speaker_embedder needs a model"
        self._model = model

    def analyze(self, batch: SoundBatch, options: SpeakerEmbedderOptions) -> pa.Table:
        """Vectors and seconds aligned with `activities`, a row per window."""
        table = batch.tables["activities"]
        at_us = batch.start_us + moments_us(batch.samples)
        heard = [_chosen(window, at_us, options.most_s) for window in read_activities(table)]
        columns = {
            "end_us": table["end_us"].to_pylist(),
            "voice_vectors": self._vectors(batch, heard, options),
            "voice_seconds": [[_seconds(chosen) for chosen in window] for window in heard],
        }
        return self.table(table["pts_us"].to_numpy(), columns)

    def _vectors(
        self, batch: SoundBatch, heard: Sequence[Sequence[Mask]], options: SpeakerEmbedderOptions
    ) -> list[list[Vector | None]]:
        """A vector or None for each choice of moments; the network is not called where nobody is heard long enough."""
        enough = [[options.identify and _seconds(chosen) >= options.min_s for chosen in window] for window in heard]
        if not any(map(any, enough)):
            return [[None] * len(window) for window in heard]
        sound = voices(self._model, batch.samples)
        return [
            [sound.vector(chosen).tolist() if use else None for chosen, use in zip(window, uses, strict=True)]
            for window, uses in zip(heard, enough, strict=True)
        ]


def _seconds(chosen: Mask) -> float:
    return round(float(chosen.sum()) * A_MOMENT, 2)


def _chosen(window: Activities, at_us: Times, most_s: float) -> list[Mask]:
    """Per speaker the moments in which nobody else speaks: those nearest to the middle of the window."""
    return [_nearest(window.alone(speaker, at_us), at_us, window, most_s) for speaker in range(len(window.active))]


def _nearest(alone: Mask, at_us: Times, window: Activities, most_s: float) -> Mask:
    places = np.flatnonzero(alone)
    distances = np.abs(2 * at_us[places] - (window.window.start_us + window.window.end_us))
    kept = np.zeros_like(alone)
    kept[places[np.argsort(distances, kind="stable")[: round(most_s / A_MOMENT)]]] = True
    return kept
