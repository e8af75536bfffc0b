"""What is said: stretches of speech are recognised word by word, each in the language that it is in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import Field

from aima.analyzers.base import Analyzer, Options
from aima.analyzers.languages import Chances as Languages
from aima.analyzers.languages import judged, likeliest
from aima.analyzers.stretches import OFF, Span, SpeechChances, grouped, joined, stretches, with_margins
from aima.domain.batch import SOUND_RATE, SoundBatch
from aima.domain.media import Stream
from aima.domain.observation import WORD_COLUMNS
from aima.models.model import Model
from aima.models.whisper_runtime import FRAMES_PER_SECOND, Heard, Reading, WhisperRuntime

Floats = npt.NDArray[np.float32]

SILENCE: Final = 1 * FRAMES_PER_SECOND
"""Of silence that is put behind speech: the network wants to hear that it is over."""

LEAST: Final = 10 * FRAMES_PER_SECOND
"""With less to hear the network says things over and over; on clips of speech it errs as rarely as with more."""

WHOLE: Final = 30 * FRAMES_PER_SECOND
"""What the network was trained on, at five times the cost: for what is said over and over nevertheless."""

REPEATS: Final = 2.4
"""A reading that shrinks more when compressed says the same over and over (Radford et al., 2022, section 4.5)."""

DOUBTFUL: Final = -1.0
"""Nobody spoke where the mean log probability is below this, and that nobody speaks is likelier than ..."""

NOBODY: Final = 0.6
"""... this (same place)."""

TELLING_US: Final = 2_000_000
"""A shorter stretch does not tell its language by itself ..."""

SURELY: Final = 0.8
"""... nor does a longer one where another language is as likely as this leaves."""

BLIP_US: Final = 50_000
"""Shorter speech is left of the word before, or begins the next one."""

BREATH_US: Final = 300_000
"""A shorter pause may be part of a word."""


class SpeechOptions(Options):
    """What is spoken, and how hard to listen."""

    language: str | None = Field(
        None, pattern=r"^[a-z]{2,3}$", description="ISO 639-1, such as de; none: recognised for each stretch of speech"
    )
    expected: tuple[str, ...] = Field(
        ("de", "en"), description="languages of the archive: another one must be heard more surely; none: all alike"
    )
    numerals: bool = Field(False, description="write digits where it likes to, instead of what is said word by word")
    beam: int = Field(5, ge=1, le=10, description="lower is a little faster and finds a little less")


@dataclass(frozen=True, slots=True)
class _Window:
    """Stretches that are recognised together, in what is heard of them; frames: of sound in `encoded`."""

    parts: Sequence[Span]
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
        chances = SpeechChances.of(batch.tables["speech_chance"])
        windows = self._heard(batch, grouped(stretches(chances, batch.own_us)))
        rows = []
        for phrase, (window, languages) in enumerate(self._by_language(batch, windows, options)):
            language, reading = self._understood(batch, window, languages, options)
            spoken = {"phrase": phrase, "language": language, "language_chance": languages.get(language, 0.0)}
            timed = ((word, _spoken(chances, window.span, word)) for word in reading.words)
            rows += [_row(word, span) | spoken for word, span in timed if span]
        rows.sort(key=lambda row: (row["pts_us"], row["end_us"]))
        columns = {name: [row[name] for row in rows] for name in self.adds.names}
        return self.table(np.array([row["pts_us"] for row in rows], np.int64), columns)

    def _heard(self, batch: SoundBatch, groups: Sequence[Sequence[Span]]) -> list[_Window]:
        spans = with_margins(groups, batch.own_us)
        return [_Window(group, span, *self._encoded(batch, span)) for group, span in zip(groups, spans, strict=True)]

    def _encoded(self, batch: SoundBatch, span: Span, least: int = LEAST) -> tuple[Floats, int]:
        """What the network makes of the span, and the number of its frames."""
        start, end = ((at - batch.start_us) * SOUND_RATE // 1_000_000 for at in span)
        mels = self._runtime.mels(batch.samples[max(start, 0) : end])
        frames = mels.shape[1]
        length = min(max(frames + SILENCE, least), WHOLE)
        padded = np.full((1, len(mels), length + length % 2), mels.min(), np.float32)
        padded[0, :, :frames] = mels
        return self._runtime.run({"mels": padded})["encoded"], frames

    def _by_language(
        self, batch: SoundBatch, windows: Sequence[_Window], options: SpeechOptions
    ) -> Iterator[tuple[_Window, Languages]]:
        """The windows with the chances of their languages; one that surely holds several is cut between them."""
        if options.language:
            yield from ((window, {options.language: 1.0}) for window in windows)
            return
        alone = [self._languages(window, window.span) for window in windows]
        lengths = [end - start for start, end in (window.span for window in windows)]
        for window, around in zip(windows, judged(alone, lengths, options.expected), strict=True):
            parts = [(part, self._language(window, part, around)) for part in window.parts]
            runs = [list(run) for _, run in groupby(parts, lambda one: likeliest(one[1]))]
            cut = [window] if len(runs) == 1 else self._heard(batch, [[part for part, _ in run] for run in runs])
            yield from zip(cut, (run[0][1] for run in runs), strict=True)

    def _language(self, window: _Window, part: Span, around: Languages) -> Languages:
        """Of a stretch: that of its window, unless it is long enough and surely another one."""
        if len(window.parts) == 1 or part[1] - part[0] < TELLING_US:
            return around
        own = self._languages(window, part)
        return own if own[likeliest(own)] >= SURELY else around

    def _languages(self, window: _Window, span: Span) -> dict[str, float]:
        """Chance by language of what is said within the span, with the silence behind the window put behind it."""
        first, last = ((at - window.span[0]) * FRAMES_PER_SECOND // 2_000_000 for at in span)
        silence = window.encoded[:, window.frames // 2 :]
        return self._runtime.languages(np.concatenate([window.encoded[:, first:last], silence], axis=1))[0]

    def _understood(
        self, batch: SoundBatch, window: _Window, languages: Languages, options: SpeechOptions
    ) -> tuple[str, Reading]:
        """The language and what was understood: where it is not sure, what makes most sense in one that is expected."""
        first = likeliest(languages)
        candidates = [first] if languages[first] >= SURELY else dict.fromkeys((first, *options.expected))
        readings = [(language, self._read(batch, window, language, options)) for language in candidates]
        return max(readings, key=lambda one: (bool(one[1].words), one[1].log_chance))

    def _read(self, batch: SoundBatch, window: _Window, language: str, options: SpeechOptions) -> Reading:
        """What was understood; nothing where nobody spoke, or where the same is said over and over."""
        read = partial(self._runtime.read, language=language, beam=options.beam, numerals=options.numerals)
        reading = read(window.encoded, window.frames)
        if reading.repetition > REPEATS:
            reading = read(*self._encoded(batch, window.span, WHOLE))
        silent = reading.no_speech > NOBODY and reading.log_chance < DOUBTFUL
        return replace(reading, words=()) if silent or reading.repetition > REPEATS else reading


def _row(word: Heard, span: Span) -> dict[str, Any]:
    return {"pts_us": span[0], "end_us": span[1], "word": word.text, "word_score": word.score}


def _spoken(chances: SpeechChances, span: Span, word: Heard) -> Span | None:
    """When a word is heard, without the pauses that the recogniser counts to it; None where nobody speaks."""
    start, end = (span[0] + round(at * 1_000_000) for at in (word.start, word.end))
    if not (chances.within((start - BREATH_US, end + BREATH_US)).values >= OFF).any():
        return None
    voiced = joined(chances.within((start, end)).spoken(BLIP_US), BREATH_US)
    if not voiced:
        return start, end
    # A pause behind a comma or a full stop belongs to the word before, any other to the word behind.
    first, last = voiced[-1] if word.text[-1].isalnum() else voiced[0]
    return (first if first - start >= BREATH_US else start), (last if end - last >= BREATH_US else end)
