"""Measure, print, and write bench.json and docs/benchmarks.md."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from aima.cli.output import err
from aima.settings import Settings
from tests.benchmarks.engine import comparison, media, report, resident
from tests.benchmarks.engine.results import Figure
from tests.benchmarks.engine.stack import folder, stack
from tests.conftest import ROOT

GROUPS = ("jobs", "resident")


def main() -> None:
    """Measure what is asked for; ends with 1 if a goal is missed."""
    given = _asked()
    load = os.getloadavg()[0]
    figures: list[Figure] = []
    with stack() as settings, folder(settings) as work:
        film = media.source(settings, work)
        err.print(f"film: {film.name}; load of the machine before: {load:.2f}", highlight=False)
        for measure in _measures(given, settings, film, work):
            figures += measure()
            report.write(figures, given.out, given.page)
    report.show(figures)
    raise SystemExit(any(one.is_met is False for one in figures))


def _measures(
    given: argparse.Namespace, settings: Settings, film: Path, work: Path
) -> Iterator[Callable[[], list[Figure]]]:
    """Of the groups that are asked for."""

    def jobs() -> list[Figure]:
        lengths = comparison.QUICK if given.quick else comparison.LENGTHS
        runs = comparison.Comparison(settings, film, work, lengths, told).run(given.rounds, given.peers)
        return comparison.figures(runs, given.peers)

    def stays() -> list[Figure]:
        clips, idle_s = (3, 10.0) if given.quick else (20, 60.0)
        return resident.figures(settings, film, work, clips, idle_s, told)

    measures = {"jobs": jobs, "resident": stays}
    yield from (measures[group] for group in given.only or GROUPS)


def told(line: str) -> None:
    """A line on how far it is."""
    err.print(line, highlight=False)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.engine", description=__doc__)
    parser.add_argument("--only", action="append", choices=GROUPS, help="this group of figures; may be repeated")
    parser.add_argument("--peers", nargs="+", default=comparison.PEERS, choices=(*comparison.PEERS, "loop-files"))
    parser.add_argument("--rounds", type=int, help="pairs that are measured; 3, or 1 with --quick")
    parser.add_argument("--quick", action="store_true", help="see that it works: short films, few samples")
    parser.add_argument("--out", type=Path, default=ROOT / "bench.json")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "benchmarks.md")
    given = parser.parse_args()
    given.rounds = given.rounds or (1 if given.quick else 3)
    if given.quick and given.out == ROOT / "bench.json":
        given.out, given.page = Path("bench-quick.json"), Path("bench-quick.md")
    return given


if __name__ == "__main__":
    main()
