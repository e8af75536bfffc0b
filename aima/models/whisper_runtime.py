"""Runs Whisper (Radford et al., 2022) on one thread: sound in, words with their times out.

The network hears up to 30 s at once. It is trained on exactly 30 s; less costs less, since what is not there is not
looked at.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
import numpy.typing as npt
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import merge_punctuations

from aima.models.model import Arrays

Floats = npt.NDArray[np.float32]

FRAMES_PER_SECOND = 100
"""Of what `mels` gives; what is encoded has half as many."""

FEWEST, FRAMES_PER_TOKEN = 10, 10
"""Nobody says more than ten tokens in a second, and some; a network that repeats itself must end."""

BEFORE, AFTER = "\"'“¿([{-", "\"'.。,，!！?？:：”)]}、"
"""Punctuation that belongs to the word behind it, and to the word before it."""

UNSPACED = frozenset({"zh", "ja", "th", "lo", "my", "yue"})
"""Languages that are written without spaces; each of their words is a few characters."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A word with its punctuation. start, end: seconds from the start of what was read; score: 0..1."""

    text: str
    start: float
    end: float
    score: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood of one stretch of sound.

    log_chance: mean natural logarithm of the probabilities of its tokens. no_speech: probability that nobody speaks.
    repetition: how many times shorter it is when compressed; beyond 2.4 it says the same over and over.
    """

    words: tuple[Heard, ...]
    log_chance: float
    no_speech: float
    repetition: float


class WhisperRuntime:
    """A Whisper network in the form of CTranslate2. Pickled as its directory: a worker opens it again."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._whisper = WhisperModel(
            str(directory), device="cpu", compute_type="int8", cpu_threads=1, local_files_only=True
        )
        self._tokenizer = cache(self._new_tokenizer)
        words = self._whisper.hf_tokenizer.get_vocab().items()
        self._digits = sorted(token for word, token in words if any(map(str.isdigit, word)) and "<|" not in word)

    def run(self, inputs: Mapping[str, npt.NDArray[Any]]) -> Arrays:
        """`encoded` float32 [n, frames / 2, width] of `mels` float32 [n, bands, frames]; frames is even."""
        encoded = self._whisper.model.encode(_view(inputs["mels"]))
        return {"encoded": np.array(encoded)}

    def mels(self, samples: Floats) -> Floats:
        """float32 [bands, frames]: loudness by pitch of 16 kHz sound, a frame each hundredth of a second."""
        mels: Floats = self._whisper.feature_extractor(samples)[:, :-1].astype(np.float32)
        return mels

    def languages(self, encoded: Floats) -> list[dict[str, float]]:
        """Per row of what was encoded: probability by language (ISO 639-1, or three letters where there is none)."""
        rows = self._whisper.model.detect_language(_view(encoded))
        return [{token[2:-2]: float(chance) for token, chance in row} for row in rows]

    @property
    def known_languages(self) -> frozenset[str]:
        """Codes of the languages that can be read."""
        return frozenset(self._whisper.supported_languages)

    def read(self, encoded: Floats, frames: int, language: str, beam: int = 1, numerals: bool = True) -> Reading:
        """Words of the only row of what was encoded, `frames` of which are sound and the rest silence put behind it.

        beam: so many ways to go on are kept in sight. numerals: whether digits may be written instead of words.
        """
        tokenizer, view = self._tokenizer(language), _view(encoded)
        prompt = tokenizer.sot_sequence
        (result,) = self._whisper.model.generate(
            view,
            [prompt],
            beam_size=beam,
            max_length=min(len(prompt) + FEWEST + frames // FRAMES_PER_TOKEN, self._whisper.max_length),
            # -1 stands for what the model's own configuration leaves out.
            suppress_tokens=[-1] if numerals else [-1, *self._digits],
            return_scores=True,
            return_no_speech_prob=True,
        )
        (chosen,) = result.sequences_ids
        # The rest says when phrases begin and end, which the alignment knows better.
        tokens = [token for token in chosen if token < tokenizer.eot]
        # Where nothing was understood there is nothing to align, and the library does not take it.
        timed = self._whisper.find_alignment(tokenizer, [tokens], view, frames)[0] if tokens else []
        merge_punctuations(timed, BEFORE, AFTER)
        words = without_echo(whole_words(timed, tokenizer.language_code not in UNSPACED))
        return Reading(
            words,
            # The score leaves out the end, which was chosen like any token.
            float(result.scores[0]) * len(chosen) / (len(chosen) + 1),
            float(result.no_speech_prob),
            _repetition(" ".join(word.text for word in words)),
        )

    def _new_tokenizer(self, language: str) -> Tokenizer:
        whisper = self._whisper
        return Tokenizer(whisper.hf_tokenizer, whisper.model.is_multilingual, task="transcribe", language=language)

    def __reduce__(self) -> tuple[type[WhisperRuntime], tuple[Path]]:
        return type(self), (self.directory,)


def _view(array: npt.NDArray[Any]) -> ctranslate2.StorageView:
    return ctranslate2.StorageView.from_array(np.ascontiguousarray(array, np.float32))


def whole_words(words: Sequence[Mapping[str, Any]], spaced: bool) -> tuple[Heard, ...]:
    """Timed words of the library as they are written.

    spaced: a space is in front of each word; what has none belongs to the word before ("Schoko", "-Bonbons"). So does
        what is nothing but punctuation.
    """
    whole: list[list[Mapping[str, Any]]] = []
    for word in words:
        told = any(character.isalnum() for character in word["word"])
        if whole and (not told or (spaced and not word["word"].startswith(" "))):
            whole[-1].append(word)
        elif told:
            whole.append([word])
    return tuple(
        Heard(
            "".join(part["word"] for part in parts).replace(" ", ""),
            float(parts[0]["start"]),
            float(parts[-1]["end"]),
            float(np.mean([part["probability"] for part in parts])),
        )
        for parts in whole
    )


def without_echo(words: Sequence[Heard]) -> tuple[Heard, ...]:
    """The words up to the last that takes time: what the network says again after the end finds no sound of its own."""
    last = max((i for i, word in enumerate(words) if word.end > word.start), default=-1)
    return tuple(words[: last + 1])


def _repetition(text: str) -> float:
    content = text.encode()
    return len(content) / len(zlib.compress(content))
