"""What every format takes: texts without control characters, and whole milliseconds."""

from __future__ import annotations

import unicodedata
from typing import Final

NO_TEXT: Final = frozenset({"Cc", "Cs"})
"""Control characters and lone surrogates, which neither XML nor UTF-8 can hold."""
NO_CHARACTERS: Final = frozenset("\ufffe\uffff")


def plain(text: str) -> str:
    """One line with single spaces, of characters that every format can hold."""
    words = ("".join(filter(_is_text, word)) for word in text.split())
    return " ".join(filter(None, words))


def milliseconds(start_us: int, end_us: int) -> tuple[int, int]:
    """A stretch in milliseconds, at least one of them long: no format knows shorter ones."""
    start_ms = max(round(start_us / 1000), 0)
    return start_ms, max(round(end_us / 1000), start_ms + 1)


def _is_text(character: str) -> bool:
    return unicodedata.category(character) not in NO_TEXT and character not in NO_CHARACTERS
