"""What looking cost, which files could not be looked at, and what was not measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from aima.domain.text import count
from aima.evaluation.page.elements import NOTHING, Cell, Element, folded, section, table
from aima.evaluation.report import Cost

COSTS: Final = "Milliseconds of one CPU core for every analysed frame, by what spent them."
SOUND_COSTS: Final = "Seconds of one CPU core for every second of sound, by what spent them."
FAILED: Final = "What could not be looked at counts as if nothing were found in it."
PARTIAL: Final = "Something of these files could be looked at, but not everything."
MANY: Final = 20
MISSING: Final = "What this evaluation says nothing about, and why."


def cost_section(costs: Sequence[Cost]) -> Element:
    """A row per kind and size of media."""
    analyzers = sorted({name for cost in costs for name in cost.ms_per_frame})
    headings = ("media", "files", "frames", "faces each", *analyzers, "together")
    return section("cost", "Cost", COSTS, table(headings, (_row(cost, analyzers) for cost in costs), "figures"))


def sound_cost_section(spent: Mapping[str, float]) -> Element:
    """A row for everything that was spent on sound."""
    rows = [(name, f"{seconds:.4f}") for name, seconds in spent.items()]
    return section("sound-cost", "Cost of sound", SOUND_COSTS, table(("what", "seconds"), rows, "figures"))


def reasons_section(name: str, title: str, meaning: str, reasons: Mapping[str, str], what: str) -> Element:
    """Something that is not there, with why."""
    whole = table((what, "why"), sorted(reasons.items()))
    return section(name, title, meaning, folded(count(len(reasons), what), whole) if len(reasons) > MANY else whole)


def _row(cost: Cost, analyzers: Sequence[str]) -> tuple[Cell, ...]:
    spent = (_milliseconds(cost.ms_per_frame.get(name)) for name in analyzers)
    return (f"{cost.kind} {cost.size}", cost.files, cost.frames, f"{cost.faces:.1f}", *spent, _milliseconds(cost.total))


def _milliseconds(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.1f}"
