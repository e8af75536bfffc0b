"""A transcript as one JSON document: everything that is heard, down to the words."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from aima.domain.speech import Hearing, Utterance
from aima.services.transcripts.plain import milliseconds, plain


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SaidWord(_Part):
    """A spoken word with its punctuation."""

    text: str
    start: float
    end: float
    score: float = Field(description="probability, 0..1")


class Said(_Part):
    """An utterance."""

    id: str
    start: float
    end: float
    speaker: str = Field(description="empty where nobody was told apart")
    language: str = Field(description="ISO 639-1")
    text: str
    words: list[SaidWord]


class Spoken(_Part):
    """A turn: one speaker without a longer pause. Turns of different speakers may overlap."""

    id: str
    start: float
    end: float
    speaker: str


class Heard(_Part):
    """Something that is no speech."""

    label: str
    start: float
    end: float
    score: float = Field(description="0..1")


class SpeakerSaid(_Part):
    """A voice of the medium."""

    name: str
    seconds: float = Field(description="of speech that nobody else speaks into")


class Transcript(_Part):
    """Everything that is heard in a medium. Times are seconds from its start."""

    schema_version: Literal[1] = 1
    title: str
    content_id: str = Field(description="sha256 of the bytes of the medium")
    input_hash: str = Field(description="sha256 of what the transcript was made of")
    speakers: list[SpeakerSaid]
    utterances: list[Said]
    turns: list[Spoken]
    soundings: list[Heard]


def transcript(hearing: Hearing, title: str) -> Transcript:
    """The document as an object."""
    return Transcript(
        title=plain(title),
        content_id=hearing.content_id,
        input_hash=hearing.input_hash,
        speakers=[
            SpeakerSaid(name=plain(hearing.name_of(one.no)), seconds=round(one.seconds, 3)) for one in hearing.speakers
        ],
        utterances=[_said(one, plain(hearing.name_of(one.speaker))) for one in hearing.utterances],
        turns=[
            Spoken(id=turn.turn_id, **_times(turn.start_us, turn.end_us), speaker=plain(hearing.name_of(turn.speaker)))
            for turn in hearing.turns
        ],
        soundings=[
            Heard(label=plain(one.label), **_times(one.start_us, one.end_us), score=round(one.score, 4))
            for one in hearing.soundings
        ],
    )


def write_json(hearing: Hearing, title: str) -> bytes:
    """The document as UTF-8."""
    return transcript(hearing, title).model_dump_json(indent=1).encode() + b"\n"


def _said(utterance: Utterance, speaker: str) -> Said:
    words = [
        SaidWord(text=plain(word.text), **_times(word.start_us, word.end_us), score=round(word.score, 4))
        for word in utterance.words
    ]
    return Said(
        id=utterance.utterance_id,
        **_times(utterance.start_us, utterance.end_us),
        speaker=speaker,
        language=utterance.language,
        text=plain(utterance.text),
        words=words,
    )


def _times(start_us: int, end_us: int) -> dict[str, float]:
    start_ms, end_ms = milliseconds(start_us, end_us)
    return {"start": start_ms / 1000, "end": end_ms / 1000}
