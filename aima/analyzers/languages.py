"""Which language is spoken: each stretch by itself, and what is unsure as the stretches around it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

FLOOR: Final = 0.02
"""Chance of a language that no stretch speaks for: a single sure stretch is believed."""

UNEXPECTED: Final = 0.05
"""How likely another language is, before anything is heard, beside one that is expected."""

Chances = Mapping[str, float]
"""By language (ISO 639-1), 0..1."""


def judged(chances: Sequence[Chances], lengths: Sequence[int], expected: Collection[str] = ()) -> list[Chances]:
    """The chances of each stretch in view of the others.

    chances: of each stretch alone. lengths: of the stretches. expected: languages that are likelier than others, if any
    are. What is spoken here is known before as the mean of the stretches, by their length; each stretch's own chances
    then decide.
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
    return [_shares({name: chance * weights[name] for name, chance in one.items()}) for one in chances]


def likeliest(chances: Chances) -> str:
    """The language with the best chance."""
    # Of equal ones the first by name: the order of a mapping is no reason.
    return max(sorted(chances), key=lambda name: chances[name])


def _shares(weights: Chances) -> Chances:
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}
