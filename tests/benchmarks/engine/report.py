"""What the bench leaves behind: bench.json, a table, and a page of the documentation made of bench.json."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from aima.cli.output import table
from tests.benchmarks.engine.results import QUANTITIES, Figure, Side

HEAD = """# Benchmarks

Written by `make bench` from `bench.json`. Both sides of a pair run in turn in one run, so they see the same machine and
the same load. Of CPU seconds everything counts that works: the program, its decoders, workers, Ray's head and
PostgreSQL. A ratio is the median of the ratios pair by pair. How such ratios carry over to a cluster: scaling.md.
"""


def write(figures: Sequence[Figure], path: Path, page: Path) -> list[Figure]:
    """Put the figures into bench.json in place of those of their names, and make the page anew; gives all."""
    known = {one.name: one for one in read(path)} | {one.name: one for one in figures}
    ordered = sorted(known.values(), key=lambda one: list(QUANTITIES).index(one.quantity))
    path.write_text(json.dumps([one.as_data() for one in ordered], indent=1) + "\n", encoding="utf-8")
    page.write_text(as_page(ordered, machine()), encoding="utf-8")
    return ordered


def read(path: Path) -> list[Figure]:
    """The figures of an earlier run, but for those that are measured no more."""
    if not path.exists():
        return []
    found = map(Figure.from_data, json.loads(path.read_text(encoding="utf-8")))
    return [one for one in found if one.quantity in QUANTITIES]


def show(figures: Iterable[Figure]) -> None:
    """The table for people."""
    table("Figures", ("figure", "aima", "peer", "ratio", "goal", ""), [cells(one) for one in figures])


def cells(one: Figure) -> list[str]:
    """A figure as the cells of a row."""
    peer = f"{one.b.median:g} ({one.b.label})" if one.b else ""
    ratio = "" if one.ratio is None else f"{one.ratio:.3f}"
    goal = "" if one.goal is None else f"<= {one.goal:g}"
    verdict = {None: "", True: "met", False: "missed"}[one.is_met]
    return [f"{one.name} [{one.unit}]", f"{one.a.median:g}", peer, ratio, goal, verdict]


def as_page(figures: Sequence[Figure], about: dict[str, Any]) -> str:
    """The page in Markdown."""
    rows = ["| figure | aima | peer | ratio | goal | |", "| --- | --- | --- | --- | --- | --- |"]
    rows += ["| " + " | ".join(cells(one)) + " |" for one in figures]
    said = "; ".join(f"{name}: {value}" for name, value in about.items())
    return "\n".join([HEAD, f"{said}.", "", *rows, "", "## How, and every sample", *map(_explained, figures)])


def _explained(one: Figure) -> str:
    lines = ["", f"**{one.name}** ({one.unit}). {' '.join(one.how.split())}", "", f"- {_samples(one.a)}"]
    return "\n".join(lines + ([f"- {_samples(one.b)}"] if one.b else []))


def _samples(side: Side) -> str:
    return f"{side.label}: {', '.join(f'{sample:g}' for sample in side.samples)}"


def machine() -> dict[str, Any]:
    """What it was measured on."""
    models = re.findall(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    return {
        "measured": datetime.now(UTC).strftime("%Y-%m-%d"),
        "CPU": f"{os.cpu_count()} x {models[0] if models else platform.machine()}",
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "Python": platform.python_version(),
    }
