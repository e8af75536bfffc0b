"""What else the labels of models are called: in German, and by broader or more common English words.

Models of a size that runs everywhere tell meanings of single words apart across languages badly, so half of the
German words for everyday things would not find what is seen. The words stand in `glosses.json`, by label. Vectors of
labels are made of them: who changes them raises the version of the text model in the catalogue.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources

WORD = re.compile(r"\w+")


def glossed(text: str) -> str:
    """A label with its other names behind it, or any other text as it is."""
    others = _glosses().get(text)
    return f"{text}, {others}" if others else text


def described(text: str) -> str:
    """What of a finding's text is made a vector: of a label, that a photo shows it, under all its names."""
    return f"photo: {glossed(text)}" if text in _glosses() else text


def labels_called(words: str) -> list[str]:
    """Labels with a name, their own or another one, all of whose words are among these, whatever case; sorted."""
    given = _words(words)
    return sorted({label for label, name in _names() if name <= given})


def labels_named(words: str) -> list[str]:
    """Labels with a name, their own or another one, that has these words and no others, whatever case; sorted."""
    given = _words(words)
    return sorted({label for label, name in _names() if name == given})


@cache
def _glosses() -> dict[str, str]:
    glosses: dict[str, str] = json.loads(resources.files("aima.services").joinpath("glosses.json").read_text("utf-8"))
    return glosses


@cache
def _names() -> tuple[tuple[str, frozenset[str]], ...]:
    """Every label with each of its names, as words in small letters."""
    return tuple((label, _words(name)) for label in _glosses() for name in glossed(label).split(", "))


def _words(text: str) -> frozenset[str]:
    return frozenset(WORD.findall(text.lower()))
