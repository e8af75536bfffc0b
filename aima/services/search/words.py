"""Words compared by their letters: whatever case, with or without umlauts and accents, parts of words, misread ones."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Final

import snowballstemmer

MIN_PREFIX = 3
"""Letters from which a word may be the beginning of another."""
MIN_FUZZY = 4
"""Letters from which a word may be misread or part of another."""

SAME_STEM = 0.95
"""Likeness of two words that differ in their ending alone."""
STEMMERS: Final = tuple(map(snowballstemmer.stemmer, ("german", "english")))

_WORD = re.compile(r"\w+")
_SPELT = (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"))


def words_of(text: str) -> list[str]:
    """The words of a text, in small letters."""
    return _WORD.findall(unicodedata.normalize("NFC", text).lower())


def spellings(word: str) -> set[str]:
    """How a word in small letters may be written: as it is, with umlauts spelt out or put in, without accents."""
    spelt, drawn = word, word
    for one, two in _SPELT:
        spelt, drawn = spelt.replace(one, two), drawn.replace(two, one)
    return {word, spelt, drawn, bare(word)}


def bare(word: str) -> str:
    """Without accents: letters that have no plain form stay."""
    letters = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def parts(words: Iterable[str]) -> set[str]:
    """Every three letters in a row of the longer words, without accents."""
    return {part for word in words if len(word) >= MIN_FUZZY for part in _trigrams(bare(word))}


def likeness(query: str, text: str) -> float:
    """How well a text answers a query by its letters, 0..1: the mean over the query's words, long ones weigh more.

    A word counts 1 if it is there, nearly as much in another inflection (by the German and English stemmers of Porter,
    "Snowball: A Language for Stemming Algorithms", 2001), less if it only begins or lies in another word, or shares
    most of its trigrams with one (Dice, "Measures of the Amount of Ecologic Association Between Species", 1945). Else
    it counts nothing.
    """
    wanted, there = words_of(query), words_of(text)
    if not wanted or not there:
        return 0.0
    letters = sum(map(len, wanted))
    return sum(len(word) * max(_alike(word, other) for other in there) for word in wanted) / letters


@cache
def _forms(word: str) -> frozenset[str]:
    return frozenset(bare(spelling) for spelling in spellings(word))


def _alike(word: str, other: str) -> float:
    """Of two words."""
    if _forms(word) & _forms(other):
        return 1.0
    if len(word) >= MIN_PREFIX and len(other) >= MIN_PREFIX and _same_stem(word, other):
        return SAME_STEM
    return max(_part(a, b) for a in _forms(word) for b in _forms(other))


def _same_stem(word: str, other: str) -> bool:
    """In one of the languages."""
    return any(one == two for one, two in zip(_stems(word), _stems(other), strict=True))


@cache
def _stems(word: str) -> tuple[str, ...]:
    """Of a word in small letters, one for each language."""
    return tuple(stemmer.stemWord(word) for stemmer in STEMMERS)


def _part(word: str, other: str) -> float:
    if len(word) >= MIN_PREFIX and other.startswith(word):
        return 0.7 + 0.3 * len(word) / len(other)
    if len(word) < MIN_FUZZY:
        return 0.0
    if word in other:
        return 0.6 + 0.3 * len(word) / len(other)
    a, b = _trigrams(f" {word} "), _trigrams(f" {other} ")
    shared = 2 * len(a & b) / (len(a) + len(b))
    return shared if shared >= 0.5 else 0.0


def places(query: str, text: str, least: float) -> tuple[tuple[int, int], ...]:
    """Where words of a text stand, [from, to) in characters, that are at least so like a word of the query."""
    wanted = words_of(query)
    return tuple(
        match.span()
        for match in _WORD.finditer(text)
        if any(_alike(word, other) >= least for word in wanted for other in words_of(match[0]))
    )


def _trigrams(word: str) -> set[str]:
    return {word[place : place + 3] for place in range(len(word) - 2)}
