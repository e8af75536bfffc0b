"""Which language is spoken: each window by itself, and what is unsure as the windows around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FLOOR = 0.02
"""Chance of a language that no window speaks for: a single sure window is believed."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A language (ISO 639-1) and how likely it is, 0..1."""

    language: str
    chance: float


def chosen(chances: Sequence[Mapping[str, float]], lengths: Sequence[int]) -> list[Evidence]:
    """The language of each window.

    chances: by language, of each window alone. lengths: of the windows. What is spoken in the segment is known before
    as the mean of the windows, by their length; each window's own chances then decide.
    """
    total = sum(lengths)
    before: dict[str, float] = {}
    for one, length in zip(chances, lengths, strict=True):
        for language, chance in one.items():
            before[language] = before.get(language, 0.0) + chance * length / total
    return [_likeliest({name: chance * (before[name] + FLOOR) for name, chance in one.items()}) for one in chances]


def _likeliest(weights: Mapping[str, float]) -> Evidence:
    # Of equal ones the first by name: the order of a mapping is no reason.
    best = max(sorted(weights), key=lambda name: weights[name])
    return Evidence(best, weights[best] / sum(weights.values()))
