"""Cues of subtitles: utterances in pieces that can be read at a glance, each with the times of its words."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from aima.domain.speech import Hearing, Utterance, Word
from aima.services.transcripts.plain import milliseconds, plain

LINE: Final = 42
LINES: Final = 2
"""Characters of a line and lines of a cue, as broadcasters and streaming services commonly have it."""
LONGEST_US: Final = 7_000_000
"""A cue stands no longer, unless a single word does."""
PAUSES: Final = (".", ",", ";", ":", "?", "!", "\u2026", "\u3002", "\u3001", "\uff0c", "\uff1f", "\uff01")
"""After these a cue rather ends than elsewhere."""


@dataclass(frozen=True, slots=True)
class Cue:
    """What is shown at once. speaker: name, or nothing. lines: at most two, unless a single word needs more."""

    start_ms: int
    end_ms: int
    speaker: str
    language: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A word as it stands in the text, with what follows up to the next one."""

    text: str
    start_us: int
    end_us: int


def cues(hearing: Hearing, *, named: bool = False) -> list[Cue]:
    """Cues in order of time. named: where several speak, an utterance begins with the name of its speaker."""
    several = named and len({utterance.speaker for utterance in hearing.utterances}) > 1
    names = [plain(hearing.name_of(utterance.speaker)) for utterance in hearing.utterances]
    found = [cue for said, name in zip(hearing.utterances, names, strict=True) for cue in _cues(said, name, several)]
    return sorted(found, key=lambda cue: (cue.start_ms, cue.end_ms))


def _cues(utterance: Utterance, name: str, named: bool) -> Iterator[Cue]:
    pieces = _pieces(utterance)
    if pieces and named and name:
        pieces[0] = replace(pieces[0], text=f"{name}: {pieces[0].text}")
    for chunk in _chunks(pieces):
        start_ms, end_ms = milliseconds(chunk[0].start_us, chunk[-1].end_us)
        yield Cue(start_ms, end_ms, name, utterance.language, tuple(_lines(_text(chunk))))


def _pieces(utterance: Utterance) -> list[_Piece]:
    """The text of an utterance cut at its words; the first begins and the last ends with the utterance."""
    text = plain(utterance.text)
    words = [word for word in utterance.words if plain(word.text)]
    places = _places(text, words)
    found = _cut(text, places, words) if places else _even(text, utterance)
    if found:
        found[0] = replace(found[0], start_us=utterance.start_us)
        found[-1] = replace(found[-1], end_us=max(utterance.end_us, found[-1].start_us))
    return found


def _places(text: str, words: Sequence[Word]) -> list[int]:
    """Where each word begins in the text; nothing if not all of them are found there in their order."""
    places, at = [], 0
    for word in words:
        spoken = plain(word.text)
        place = text.find(spoken, at)
        if place < 0:
            return []
        places.append(place)
        at = place + len(spoken)
    return places


def _cut(text: str, places: Sequence[int], words: Sequence[Word]) -> list[_Piece]:
    borders = [0, *places[1:], len(text)]
    return [
        _Piece(text[start:end], word.start_us, word.end_us)
        for (start, end), word in zip(pairwise(borders), words, strict=True)
    ]


def _even(text: str, utterance: Utterance) -> list[_Piece]:
    """Words of a text whose times are not known: in proportion to their letters."""
    letters = max(len(text), 1)
    lasts_us = utterance.end_us - utterance.start_us
    found, at = [], 0
    for word in text.split():
        start_us, end_us = (utterance.start_us + lasts_us * n // letters for n in (at, at + len(word)))
        found.append(_Piece(f"{word} ", start_us, end_us))
        at += len(word) + 1
    return found


def _chunks(pieces: Sequence[_Piece]) -> Iterator[Sequence[_Piece]]:
    """As many pieces as fit into a cue at a time, rather up to a pause."""
    rest = pieces
    while rest:
        room = _room(rest)
        taken = room if room == len(rest) else _pause(rest[:room])
        yield rest[:taken]
        rest = rest[taken:]


def _room(pieces: Sequence[_Piece]) -> int:
    """How many of the pieces fit into a cue; one does in any case."""
    count = 1
    while count < len(pieces) and _fits(pieces[: count + 1]):
        count += 1
    return count


def _fits(pieces: Sequence[_Piece]) -> bool:
    return pieces[-1].end_us - pieces[0].start_us <= LONGEST_US and len(_wrapped(_text(pieces), LINE)) <= LINES


def _pause(pieces: Sequence[_Piece]) -> int:
    """How many of the pieces reach up to the last pause in their second half, or all of them."""
    half = len(pieces) // 2
    ends = (count for count in range(len(pieces), half, -1) if pieces[count - 1].text.rstrip().endswith(PAUSES))
    return next(ends, len(pieces))


def _lines(text: str) -> list[str]:
    """The text in as few lines as it needs, these about equally long."""
    lines = _wrapped(text, LINE)
    narrow = range(math.ceil(len(text) / max(len(lines), 1)), LINE)
    balanced = (_wrapped(text, width) for width in narrow)
    return next((candidate for candidate in balanced if len(candidate) == len(lines)), lines)


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_on_hyphens=False)


def _text(pieces: Sequence[_Piece]) -> str:
    return "".join(piece.text for piece in pieces).strip()
