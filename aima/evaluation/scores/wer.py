"""Which words are heard wrongly: word error rate by the shortest way from what is heard to what is said.

Letters count, not how they are written: case, punctuation, hyphens and apostrophes do not, and small numbers may stand
as digits.
"""

from __future__ import annotations

import functools
import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import resources
from typing import Final, Literal

import jiwer
from pydantic import Field

from aima.evaluation.scores.result import Result, share
from aima.evaluation.truth import Transcript

SPLIT: Final = jiwer.Compose([jiwer.ReduceToListOfListOfWords()])
"""Texts come to the aligner as they are to be compared."""
SHOWN: Final = 60
"""So many of the worst utterances are shown."""

PieceKind = Literal["equal", "substitute", "delete", "insert"]


class Piece(Result):
    """Words said and words heard that belong together."""

    kind: PieceKind
    said: str
    heard: str


class WrongUtterance(Result):
    """An utterance that is not heard as it was said."""

    file: str
    group: str
    words: int
    errors: int
    missing: bool = Field(description="nothing could be heard in the file")
    pieces: tuple[Piece, ...]


class WordFigures(Result):
    """Words of some utterances together, so that every word weighs the same. Null where nothing was said."""

    utterances: int
    exact: int = Field(description="utterances without an error")
    missing: int = Field(description="utterances whose file gave no text")
    words: int
    substituted: int
    deleted: int
    inserted: int
    wer: float | None = Field(description="errors per word said")
    cer: float | None = Field(description="errors per letter said, spaces with them")


class WordScores(Result):
    """Word error rates, by language and by material."""

    en: float | None = None
    de: float | None = None
    groups: dict[str, float | None] = Field(description="by language and folder, machines' voices apart")
    figures: dict[str, WordFigures] = Field(description="by language and by group")
    wrong: tuple[WrongUtterance, ...] = Field(description="most errors per word first")
    hidden: int = Field(description="further utterances with errors")


def score_words(truth: Sequence[Transcript], heard: Mapping[str, str]) -> WordScores:
    """Compares what is said with the text heard in each file; a file without a text counts as silent."""
    judged = [_judge(said, heard) for said in truth]
    by_key: dict[str, list[_Judged]] = defaultdict(list)
    for said, one in zip(truth, judged, strict=True):
        by_key[said.language].append(one)
        by_key[said.group].append(one)
    figures = {key: _sum(rows) for key, rows in sorted(by_key.items())}
    wrong = sorted((one for one in judged if one.errors), key=lambda one: (-one.errors / max(one.words, 1), one.file))
    groups = sorted({said.group for said in truth})
    return WordScores(
        en=figures["en"].wer if "en" in figures else None,
        de=figures["de"].wer if "de" in figures else None,
        groups={group: figures[group].wer for group in groups},
        figures=figures,
        wrong=tuple(one.shown() for one in wrong[:SHOWN]),
        hidden=max(len(wrong) - SHOWN, 0),
    )


def comparable(text: str, language: str) -> list[str]:
    """The words of a text in the form in which they are compared."""
    plain = unicodedata.normalize("NFKC", text).lower().replace("\u00df", "ss").replace("\u2019", "'").replace("-", " ")
    joined = re.sub(r"(?<=\w)'(?=\w)", "", plain)
    letters = "".join(character if character.isalnum() else " " for character in joined)
    return [_spelled(word, language) for word in letters.split()]


class _Judged:
    """One utterance, with its alignment."""

    def __init__(self, said: Transcript, text: str | None) -> None:
        true, found = comparable(said.text, said.language), comparable(text or "", said.language)
        self.file, self.group, self.missing = said.file, said.group, text is None
        self.words, self.letters = len(true), len(" ".join(true))
        self._aligned = _aligned(" ".join(true), " ".join(found))
        self.exact = true == found
        spelled = jiwer.process_characters(" ".join(true), " ".join(found), _LETTERS, _LETTERS)
        self.wrong_letters = spelled.substitutions + spelled.deletions + spelled.insertions

    @property
    def counts(self) -> tuple[int, int, int]:
        """Words substituted, deleted and inserted."""
        return self._aligned.substitutions, self._aligned.deletions, self._aligned.insertions

    @property
    def errors(self) -> int:
        return sum(self.counts)

    def shown(self) -> WrongUtterance:
        return WrongUtterance(
            file=self.file,
            group=self.group,
            words=self.words,
            errors=self.errors,
            missing=self.missing,
            pieces=tuple(_pieces(self._aligned)),
        )


_LETTERS: Final = jiwer.Compose([jiwer.ReduceToListOfListOfChars()])


def _judge(said: Transcript, heard: Mapping[str, str]) -> _Judged:
    return _Judged(said, heard.get(said.file))


def _aligned(true: str, found: str) -> jiwer.WordOutput:
    return jiwer.process_words(true, found, SPLIT, SPLIT)


def _pieces(aligned: jiwer.WordOutput) -> Iterator[Piece]:
    (true,), (found,) = aligned.references, aligned.hypotheses
    for chunk in aligned.alignments[0]:
        yield Piece(
            kind=chunk.type,
            said=" ".join(true[chunk.ref_start_idx : chunk.ref_end_idx]),
            heard=" ".join(found[chunk.hyp_start_idx : chunk.hyp_end_idx]),
        )


def _sum(judged: Iterable[_Judged]) -> WordFigures:
    rows = list(judged)
    substituted, deleted, inserted = (sum(counts) for counts in zip(*(one.counts for one in rows), strict=True))
    words = sum(one.words for one in rows)
    return WordFigures(
        utterances=len(rows),
        exact=sum(one.exact for one in rows),
        missing=sum(one.missing for one in rows),
        words=words,
        substituted=substituted,
        deleted=deleted,
        inserted=inserted,
        wer=share(substituted + deleted + inserted, words),
        cer=share(sum(one.wrong_letters for one in rows), sum(one.letters for one in rows)),
    )


def _spelled(word: str, language: str) -> str:
    """A small number in words."""
    names = _numerals().get(language, [])
    return names[int(word)] if word.isdigit() and int(word) < len(names) else word


@functools.cache
def _numerals() -> Mapping[str, list[str]]:
    text = resources.files(__package__).joinpath("numerals.json").read_text("utf-8")
    numerals: Mapping[str, list[str]] = json.loads(text)
    return numerals
