"""Which language is spoken: each stretch by itself, and what is unsure as the stretches around it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

FLOOR: Final = 0.02
"""Chance of a language that no stretch speaks for: a single sure stretch is believed."""

UNEXPECTED: Final = 0.1
"""How likely another language is, before anything is heard, beside one that is expected."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A language (ISO 639-1) and how likely it is, 0..1."""

    language: str
    chance: float


def chosen(
    chances: Sequence[Mapping[str, float]], lengths: Sequence[int], expected: Collection[str] = ()
) -> list[Evidence]:
    """The language of each stretch.

    chances: by language, of each stretch alone. lengths: of the stretches. expected: languages that are likelier than
    others, if any are. What is spoken here is known before as the mean of the stretches, by their length; each
    stretch's own chances then decide.
    """
    total = sum(lengths)
    before: dict[str, float] = {}
    for one, length in zip(chances, lengths, strict=True):
        for language, chance in one.items():
            before[language] = before.get(language, 0.0) + chance * length / total
    weights = {
        name: (chance + FLOOR) * (1.0 if not expected or name in expected else UNEXPECTED)
        for name, chance in before.items()
    }
    return [_likeliest({name: chance * weights[name] for name, chance in one.items()}) for one in chances]


def _likeliest(weights: Mapping[str, float]) -> Evidence:
    # Of equal ones the first by name: the order of a mapping is no reason.
    best = max(sorted(weights), key=lambda name: weights[name])
    return Evidence(best, weights[best] / sum(weights.values()))
