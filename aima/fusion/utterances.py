"""Utterances: recognised words, given to speakers and put into sentences."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from aima.domain.speech import Turn, Utterance, Word, utterance_id
from aima.fusion import thresholds as limits
from aima.fusion.sentences import bare, ends_sentence, spaced

WORDS: Final = "speech"

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Said:
    """A word, what it was recognised together with, its language, and whose it is."""

    word: Word
    phrase: tuple[int, int]
    language: str
    speaker: int | None


def utterances(content_id: str, end_us: int, table: pa.Table, turns: Sequence[Turn]) -> tuple[Utterance, ...]:
    """All words of a content as utterances, sorted by (start, end); each word is in exactly one.

    An utterance ends with its sentence or phrase, before a longer pause, and where another speaker goes on. Words
    outside the content and empty ones are left out. Rows and turns may come in any order.
    """
    said = list(_once(_said(table, end_us)))
    owners = _speakers([one.word for one in said], turns)
    said = [Said(one.word, one.phrase, one.language, owner) for one, owner in zip(said, owners, strict=True)]
    made = (_utterance(content_id, run) for run in _runs(said))
    return tuple(sorted(made, key=lambda one: (one.start_us, one.end_us, one.text)))


def _said(table: pa.Table, end_us: int) -> Iterator[Said]:
    """Words in order of time, not given to speakers yet."""
    table = table.filter(pc.is_valid(table["word"]))
    numbers = table["segment_no"].to_pylist() if "segment_no" in table.column_names else [0] * table.num_rows
    names = ("pts_us", "end_us", "word", "word_score", "phrase", "language")
    columns = (table[name].to_pylist() for name in names)
    for start, end, text, score, phrase, language, number in sorted(zip(*columns, numbers, strict=True), key=_order):
        if text.strip() and start < end_us:
            begins = max(start, 0)
            word = Word(text.strip(), begins, max(min(end, end_us), begins), score or 0.0)
            yield Said(word, (number, phrase or 0), language or "", None)


def _once(said: Iterable[Said]) -> Iterator[Said]:
    """Words without those that two segments heard across the border between them."""
    last: Said | None = None
    for one in said:
        if last is None or not _same(last, one):
            yield one
            last = one


def _same(one: Said, other: Said) -> bool:
    return (
        one.phrase[0] != other.phrase[0]
        and other.word.start_us < one.word.end_us
        and bare(one.word.text) == bare(other.word.text)
    )


def _order(row: tuple[int, int, str, float | None, int | None, str | None, int]) -> tuple[object, ...]:
    start, end, text, score, phrase, language, number = row
    return start, end, number, phrase or 0, text, score or 0.0, language or ""


def _speakers(words: Sequence[Word], turns: Sequence[Turn]) -> list[int | None]:
    """The speaker of each word: who is heard most while it lasts, or around it; in a gap the nearest one.

    None where nobody is heard near it.
    """
    numbers = sorted({turn.speaker for turn in turns})
    if not numbers or not words:
        return [None] * len(words)
    starts, ends = (np.array([(w.start_us, w.end_us) for w in words], np.float64) / 1e6).T
    worth = np.stack([_worth(own, starts, ends) for own in _by_speaker(turns, numbers)])
    best = worth.argmax(axis=0)
    return [
        numbers[number] if worth[number, place] > -limits.WORD_REACH_US / 1e6 else None
        for place, number in enumerate(best)
    ]


def _by_speaker(turns: Sequence[Turn], numbers: Sequence[int]) -> Iterator[Scores]:
    """Turns [n, 2] of each speaker in seconds, ascending."""
    for number in numbers:
        own = sorted((turn.start_us, turn.end_us) for turn in turns if turn.speaker == number)
        yield np.array(own, np.float64) / 1e6


def _worth(turns: Scores, starts: Scores, ends: Scores) -> Scores:
    """How much words speak for a speaker: seconds while it speaks, or less than 0: seconds to its nearest turn."""
    own = _spoken(turns, starts, ends) + limits.AROUND * _spoken(turns, starts - 1, ends + 1)
    following = np.searchsorted(turns[:, 0], starts)
    before = starts - np.append(-np.inf, turns[:, 1])[following]
    after = np.append(turns[:, 0], np.inf)[following] - ends
    gap = np.minimum(before, after)
    return np.where(gap > 0, -gap, np.maximum(own, 0))


def _spoken(turns: Scores, starts: Scores, ends: Scores) -> Scores:
    """Seconds of each span in which the speaker speaks."""
    until = np.append(0, np.cumsum(turns[:, 1] - turns[:, 0]))
    so_far = np.stack([until[:-1], until[1:]], axis=1).ravel()
    times = turns.ravel()
    return np.asarray(np.interp(ends, times, so_far) - np.interp(starts, times, so_far))


def _runs(said: Sequence[Said]) -> Iterator[list[Said]]:
    """Words that make an utterance."""
    run: list[Said] = []
    for one, following in itertools.zip_longest(said, said[1:]):
        run.append(one)
        if following is None or _ends(one, following):
            yield run
            run = []


def _ends(one: Said, following: Said) -> bool:
    return (
        one.speaker != following.speaker
        or one.phrase != following.phrase
        or following.word.start_us - one.word.end_us > limits.UTTERANCE_PAUSE_US
        or ends_sentence(one.word.text, following.word.text)
    )


def _utterance(content_id: str, run: Sequence[Said]) -> Utterance:
    words = tuple(one.word for one in run)
    language = Counter(one.language for one in run).most_common(1)[0][0]
    text = spaced([word.text for word in words], language)
    start, end = words[0].start_us, max(word.end_us for word in words)
    return Utterance(
        utterance_id(content_id, start, text), content_id, start, end, run[0].speaker, language, text, words
    )
