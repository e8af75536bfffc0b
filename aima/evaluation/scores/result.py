"""What every score is: frozen, writable as JSON, None where a figure would mean nothing."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel, ConfigDict

WORST: Final = 12
"""So many of the worst answers of a kind are shown."""


class Result(BaseModel):
    """Figures of one part of the truth, and the mistakes behind them."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def share(part: float, whole: float) -> float | None:
    """part / whole, None of nothing."""
    return float(part / whole) if whole else None


def f1(hits: int, wrong: int, missed: int) -> float | None:
    """Harmonic mean of precision and recall, 2 hits / (2 hits + wrong + missed); None of nothing at all."""
    return share(2 * hits, 2 * hits + wrong + missed)
