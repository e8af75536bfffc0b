"""What is said: each window of speech is recognised word by word, in the language that it is in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import Field

from aima.analyzers.base import Analyzer, Options
from aima.analyzers.languages import Evidence, chosen
from aima.analyzers.stretches import Chances, Span, joined, windows
from aima.domain.batch import SOUND_RATE, SoundBatch
from aima.domain.media import Stream
from aima.domain.observation import WORD_COLUMNS
from aima.models.model import Model
from aima.models.whisper_runtime import FRAMES_PER_SECOND, Heard, Reading, WhisperRuntime

Floats = npt.NDArray[np.float32]

SILENCE: Final = 1.0
"""Seconds of silence that are put behind a window: the network wants to hear that it is over."""

REPEATS: Final = 2.4
"""A reading that shrinks more when compressed says the same over and over (Radford et al., 2022, section 4.5) ..."""

DOUBTFUL: Final = -1.0
"""... and one with a lower mean log probability is guessed ..."""

NOBODY: Final = 0.6
"""... or nobody spoke, if that is likelier than this (same place)."""

BREATH_US: Final = 300_000
"""A shorter pause may be part of a word."""

WIDE_BEAM: Final = 5
"""Ways to go on that are kept in sight where a reading is no good."""


class SpeechOptions(Options):
    """What is spoken, and how hard to listen."""

    language: str | None = Field(
        None, pattern=r"^[a-z]{2,3}$", description="ISO 639-1, such as de; none: recognised for each window of speech"
    )
    beam: int = Field(1, ge=1, le=10, description="higher finds a little more and takes longer")


@dataclass(frozen=True, slots=True)
class _Window:
    span: Span
    encoded: Floats
    frames: int


class Speech(Analyzer[SpeechOptions, SoundBatch]):
    """Recognises speech; a row is a word."""

    name: ClassVar[str] = "speech"
    version: ClassVar[str] = "1"
    task: ClassVar[str | None] = "speech_recognition"
    stream: ClassVar[Stream] = "sound"
    reads: ClassVar[tuple[str, ...]] = ("samples", "speech_chance")
    adds: ClassVar[pa.Schema] = WORD_COLUMNS
    options_type: ClassVar[type[Options]] = SpeechOptions
    scope = "segment"

    def load(self, model: Model | None) -> None:
        """Take the recogniser."""
        assert model is not None, "speech needs a model"
        assert isinstance(model.runtime, WhisperRuntime), f"{model.name} recognises no speech"
        self._runtime = model.runtime

    def analyze(self, batch: SoundBatch, options: SpeechOptions) -> pa.Table:
        """Words of what belongs to the segment, in their order; none where nobody speaks."""
        chances = Chances.of(batch.tables["speech_chance"])
        heard = [self._heard(batch, span) for span in windows(chances, batch.own_us)]
        rows: list[dict[str, object]] = []
        for number, (window, evidence) in enumerate(zip(heard, self._languages(heard, options), strict=True)):
            reading = self._read(window, evidence.language, options.beam)
            for word in reading.words if reading else ():
                start, end = _spoken(chances, window.span, word)
                rows.append(
                    {
                        "pts_us": start,
                        "end_us": end,
                        "word": word.text,
                        "word_score": word.score,
                        "phrase": number,
                        "language": evidence.language,
                        "language_chance": evidence.chance,
                    }
                )
        return self._rows(rows)

    def _heard(self, batch: SoundBatch, span: Span) -> _Window:
        start, end = ((at - batch.start_us) * SOUND_RATE // 1_000_000 for at in span)
        mels = self._runtime.mels(batch.samples[max(start, 0) : end])
        frames = mels.shape[1]
        length = frames + round(SILENCE * FRAMES_PER_SECOND)
        padded = np.full((1, len(mels), length + length % 2), mels.min(), np.float32)
        padded[0, :, :frames] = mels
        return _Window(span, self._runtime.run({"mels": padded})["encoded"], frames)

    def _languages(self, heard: Sequence[_Window], options: SpeechOptions) -> list[Evidence]:
        if options.language:
            return [Evidence(options.language, 1.0)] * len(heard)
        chances = [self._runtime.languages(window.encoded)[0] for window in heard]
        return chosen(chances, [window.span[1] - window.span[0] for window in heard])

    def _read(self, window: _Window, language: str, beam: int) -> Reading | None:
        """What was understood; what is no good is tried once more with a wider beam, and then left out."""
        for width in sorted({beam, WIDE_BEAM}):
            reading = self._runtime.read(window.encoded, [window.frames], language, width)[0]
            if reading.no_speech > NOBODY and reading.log_chance < DOUBTFUL:
                return None
            if reading.log_chance >= DOUBTFUL and reading.repetition <= REPEATS:
                return reading
        return None

    def _rows(self, rows: Sequence[dict[str, object]]) -> pa.Table:
        rows = sorted(rows, key=lambda row: (row["pts_us"], row["end_us"]))
        columns = {name: [row[name] for row in rows] for name in self.adds.names}
        return self.table(np.array([row["pts_us"] for row in rows], np.int64), columns)


def _spoken(chances: Chances, span: Span, word: Heard) -> Span:
    """When a word is heard: the recogniser counts pauses to the words beside them."""
    start, end = (span[0] + round(at * 1_000_000) for at in (word.start, word.end))
    voiced = joined(chances.within((start, end)).spoken(), BREATH_US)
    if not voiced:
        return start, end
    first, last = max(voiced, key=lambda part: part[1] - part[0])
    return (first if first - start >= BREATH_US else start), (last if end - last >= BREATH_US else end)
