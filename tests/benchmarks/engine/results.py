"""Figures of the bench: samples of two sides, their ratio, and the goal."""

from __future__ import annotations

import statistics
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from typing import Any

PLACES = 4


@dataclass(frozen=True, slots=True)
class Side:
    """Samples of one of two that are compared."""

    label: str
    samples: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle of the samples."""
        return statistics.median(self.samples)


@dataclass(frozen=True, slots=True)
class Figure:
    """One quantity. `goal`: the most that the ratio may be, or, without a peer, the median of `a`; None: told only."""

    name: str
    unit: str
    goal: float | None
    a: Side
    b: Side | None
    ratio: float | None
    how: str

    @property
    def quantity(self) -> str:
        """What it is one of: `quantities.toml` has it."""
        return self.name.partition(".")[0]

    @property
    def value(self) -> float:
        """What the goal is about."""
        return self.a.median if self.ratio is None else self.ratio

    @property
    def is_met(self) -> bool | None:
        """None: there is no goal."""
        return None if self.goal is None else self.value <= self.goal

    def as_data(self) -> dict[str, Any]:
        """As it stands in bench.json."""
        return asdict(self)

    @classmethod
    def from_data(cls, raw: dict[str, Any]) -> Figure:
        """Inverse of `as_data`, also after a way through JSON."""
        sides = {name: Side(raw[name]["label"], tuple(raw[name]["samples"])) if raw[name] else None for name in "ab"}
        return cls(**{**raw, **sides})


def figure(name: str, a: Sequence[float], b: tuple[str, Sequence[float]] | None = None, label: str = "aima") -> Figure:
    """The figure of this name, or of its part before a dot, in `quantities.toml`, with samples; those of `b` are of the
    same moments, one by one."""
    about = QUANTITIES[name.partition(".")[0]]
    other = Side(b[0], rounded(b[1])) if b else None
    ratio = ratio_of(a, b[1]) if b else None
    return Figure(name, about["unit"], about.get("goal"), Side(label, rounded(a)), other, ratio, about["how"].strip())


def ratio_of(a: Sequence[float], b: Sequence[float]) -> float:
    """The median of the ratios pair by pair: both of a pair saw the same load of the machine."""
    return round(statistics.median(x / y for x, y in zip(a, b, strict=True)), PLACES)


def rounded(samples: Sequence[float]) -> tuple[float, ...]:
    """Samples as they are written down."""
    return tuple(round(sample, PLACES) for sample in samples)


QUANTITIES: dict[str, dict[str, Any]] = tomllib.loads(
    (resources.files(__package__) / "quantities.toml").read_text(encoding="utf-8")
)
"""Unit, goal and method of each figure by name."""
