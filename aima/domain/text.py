"""Text as it is stored and shown: made safe where it comes from outside."""

from __future__ import annotations

from typing import Any


def display(text: str) -> str:
    """The text with undecodable bytes, NUL and other control characters written as escapes."""
    return "".join(c if c.isprintable() else _escaped(c) for c in text)


def storable(value: Any) -> Any:
    """The same JSON value with NUL and lone surrogates, which no database takes as text, written as escapes."""
    match value:
        case str():
            return "".join(_escaped(c) if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in value)
        case dict():
            return {storable(key): storable(item) for key, item in value.items()}
        case list() | tuple():
            return [storable(item) for item in value]
    return value


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun: 1 person, 2 persons, 0 media."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def _escaped(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was no UTF-8, as Python keeps it in file names
        return f"\\x{code - 0xDC00:02x}"
    return character.encode("unicode_escape", "backslashreplace").decode()
