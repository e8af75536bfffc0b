"""Sentences: where recognised words end one, and how they are written side by side."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Sequence
from importlib.resources import files
from typing import Final

_ABBREVIATIONS: Final = frozenset(json.loads((files("aima.fusion") / "abbreviations.json").read_text("utf-8")))
"""German and English ones after which a sentence usually goes on, in small letters."""
_ENDED: Final = re.compile(r"[.!?…。！？]['\"»“”‘’)\]]*$")
_INITIAL: Final = re.compile(r"^\W*(\d{1,2}|[^\W\d_])\.$")
"""'3.' (the third, in German) and 'J.': a point that belongs to the word."""
_CLINGING: Final = re.compile(r"^([,.;:!?%…)\]»”。、，！？]|['’\-]\w)")
"""Beginnings of words that are written onto the word before them."""
_OPEN: Final = re.compile(r"\w[-/]$")
UNSPACED: Final = frozenset({"ja", "km", "lo", "my", "th", "yue", "zh"})
"""Languages (ISO 639-1) written without spaces between words."""


def bare(word: str) -> str:
    """The letters and digits of a word in small letters."""
    return "".join(letter for letter in word.casefold() if letter.isalnum())


def ends_sentence(word: str, following: str) -> bool:
    """Whether a sentence ends with this word, if `following` is the next one."""
    if not _ENDED.search(word):
        return False
    own = word.strip("'\"«»„“”‚‘’()[]").casefold()
    if own in _ABBREVIATIONS or _INITIAL.match(own):
        return False
    begins = next((letter for letter in following if letter.isalnum()), "")
    return not (begins.islower() and own.endswith((".", "…")))


def spaced(words: Sequence[str], language: str) -> str:
    """The words as one writes them in this language."""
    if language in UNSPACED:
        return "".join(words)
    text = "".join(words[:1])
    for before, word in itertools.pairwise(words):
        joined = _CLINGING.match(word) or (_OPEN.search(before) and word[:1].isalnum())
        text += word if joined else f" {word}"
    return text
