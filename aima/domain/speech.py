"""Speech: who speaks when, saying what, as fusion makes it of what analyzers heard."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from aima.domain.media import NAMESPACE
from aima.domain.track import Locator


@dataclass(frozen=True, slots=True, eq=False)
class Speaker:
    """A voice of one content. `no` counts from 0 in the order in which they are first heard.

    vector: float32 [d], L2-normalised mean weighted by seconds, or None where too little was heard. vectors: float32
    [k <= 5, d] of single stretches, those of most speech. seconds: of speech that nobody else speaks into.
    """

    content_id: str
    no: int
    vector: npt.NDArray[np.float32] | None
    vectors: npt.NDArray[np.float32]
    seconds: float


@dataclass(frozen=True, slots=True)
class Turn:
    """One speaker without a longer pause: [start_us, end_us). Turns of different speakers may overlap."""

    turn_id: str
    content_id: str
    speaker: int
    start_us: int
    end_us: int

    @property
    def locator(self) -> Locator:
        """Span of the turn."""
        return Locator(self.content_id, "sound", self.start_us, self.end_us, None)


@dataclass(frozen=True, slots=True)
class Word:
    """A spoken word with its punctuation. score: probability, 0..1."""

    text: str
    start_us: int
    end_us: int
    score: float


@dataclass(frozen=True, slots=True)
class Utterance:
    """What a speaker says in one go, a sentence or a few. speaker: number in the content; None: nobody was told apart.

    language: ISO 639-1. text: the words, spaced as one writes them.
    """

    utterance_id: str
    content_id: str
    start_us: int
    end_us: int
    speaker: int | None
    language: str
    text: str
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Sounding:
    """Something heard that is no speech: music, singing, applause. score: of the surest look, 0..1."""

    content_id: str
    label: str
    start_us: int
    end_us: int
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class Hearing:
    """Everything that is heard in one content. `input_hash`: sha256 over what it was made of.

    Turns, utterances and soundings are sorted by (start_us, end_us). names: what speakers are called who are persons;
    it is known when a hearing is shown, not kept with it.
    """

    content_id: str
    input_hash: str
    speakers: tuple[Speaker, ...]
    turns: tuple[Turn, ...]
    utterances: tuple[Utterance, ...]
    soundings: tuple[Sounding, ...]
    names: Mapping[int, str] = field(default_factory=dict)

    def name_of(self, speaker: int | None) -> str:
        """What a speaker is called; nothing where nobody was told apart."""
        return speaker_name(speaker) if speaker is None else self.names.get(speaker, speaker_name(speaker))


def within(hearing: Hearing, start_us: int, end_us: int) -> Hearing:
    """What is heard in [start_us, end_us): whole turns, utterances and soundings as far as they reach into it."""

    def reaches(one: Turn | Utterance | Sounding) -> bool:
        return one.start_us < end_us and start_us < one.end_us

    return replace(
        hearing,
        turns=tuple(filter(reaches, hearing.turns)),
        utterances=tuple(filter(reaches, hearing.utterances)),
        soundings=tuple(filter(reaches, hearing.soundings)),
    )


def speaker_name(speaker: int | None) -> str:
    """How a speaker is called who is nobody yet; nothing where nobody was told apart."""
    return "" if speaker is None else f"Speaker {speaker + 1}"


def undisturbed(turns: Sequence[Turn]) -> list[float]:
    """Of each turn of one content the share, 0..1, that nobody else speaks into."""
    edges = sorted((time, change) for turn in turns for time, change in ((turn.start_us, 1), (turn.end_us, -1)))
    times = np.array([time for time, _ in edges])
    speaking = np.cumsum([change for _, change in edges])
    single = np.concatenate([[0], np.cumsum(np.diff(times) * (speaking[:-1] == 1))])

    def until(time_us: int) -> float:
        return float(np.interp(time_us, times, single))

    return [(until(turn.end_us) - until(turn.start_us)) / (turn.end_us - turn.start_us) for turn in turns]


def turn_id(content_id: str, speaker: int, start_us: int, end_us: int) -> str:
    """The same observations give the same id."""
    return str(uuid.uuid5(NAMESPACE, f"turn:{content_id}:{speaker}:{start_us}:{end_us}"))


def utterance_id(content_id: str, start_us: int, text: str) -> str:
    """The same words at the same time in the same content have the same id."""
    return str(uuid.uuid5(NAMESPACE, f"utterance:{content_id}:{start_us}:{text}"))
