"""A million appearances: what the page of a person and the time line of a medium cost the database.

`python -m tests.benchmarks.appearances [--rows N] [--json]` fills a throw-away database on the server that
AIMA_TEST_POSTGRES names, or on the running local stack. CPU time is that of the backend that answers, from the kernel,
so the server must run on this machine.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection, Engine, Select, text

from aima import local
from aima.settings import load_settings
from aima.stores.postgres import PostgresStores
from aima.stores.postgres.dashboards import PostgresDashboards
from aima.stores.postgres.engine import open_engine
from aima.stores.postgres.pages import medium_query, person_query, totals_query
from aima.stores.postgres.schema import person_appearances as table
from aima.stores.postgres.scratch import scratch_database
from tests.appearances_made import fill, heap_fetches, plan_of, scans
from tests.databases import connect

ASKED = 400
"""Persons and media that are asked for; half of the persons as often as they are seen, half any."""
PAGE = 100

Figures = dict[str, float | int | str]


def main() -> None:
    """Fill, ask, tell."""
    given = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    given.add_argument("--rows", type=int, default=1_000_000)
    given.add_argument("--json", action="store_true")
    wanted = given.parse_args()
    with _filled(wanted.rows) as (url, filled_s):
        measured = measure(url) | {"rows": wanted.rows, "filled_s": round(filled_s, 1)}
    if wanted.json:
        json.dump(measured, sys.stdout, indent=2)
    else:
        show(measured)


@contextmanager
def _filled(rows: int) -> Iterator[tuple[str, float]]:
    server = os.environ.get("AIMA_TEST_POSTGRES") or local.postgres_url(load_settings())
    with scratch_database(server, "benchmark") as url:
        PostgresStores.open(url).close()
        started = time.monotonic()
        with connect(url) as connection:
            fill(connection, rows)
        yield url, time.monotonic() - started


def measure(url: str) -> dict[str, Any]:
    """Figures by query, and the sizes of the table and its indexes."""
    engine = open_engine(url)
    with engine.connect() as connection:
        persons, media = _asked(connection)
        queries: dict[str, Callable[[str], Select[Any]]] = {
            "page of a person": lambda person: person_query(person, PAGE),
            "totals of a person": totals_query,
            "time line of a medium": medium_query,
        }
        found = {
            name: ask(connection, [query(key) for key in (media if "medium" in name else persons)])
            for name, query in queries.items()
        }
        sizes = {row.relname: row.mib for row in connection.execute(text(SIZES))}
    refreshed_s = _refreshed(engine)
    engine.dispose()
    return {"queries": found, "mib": sizes, "figures_refreshed_s": refreshed_s}


def _refreshed(engine: Engine) -> float:
    """Seconds that making the figures of the dashboard anew takes while nothing has changed: what analyses wait for."""
    dashboards = PostgresDashboards(engine)
    dashboards.refresh()
    started = time.monotonic()
    dashboards.refresh()
    return round(time.monotonic() - started, 2)


SIZES = """
SELECT relname, round(pg_relation_size(oid) / 1048576.0)::int AS mib FROM pg_class
WHERE relname LIKE 'person_appearances%' ORDER BY relname
"""


def _asked(connection: Connection) -> tuple[list[str], list[str]]:
    """Ids of persons and of media, always the same ones."""
    random = np.random.default_rng(7)
    rows = connection.execute(table.select().with_only_columns(table.c.person_id, table.c.media_id)).all()
    seen = [rows[int(index)][0] for index in random.integers(len(rows), size=ASKED // 2)]
    any_person, any_medium = sorted({row[0] for row in rows}), sorted({row[1] for row in rows})
    return (
        seen + [str(one) for one in random.choice(any_person, ASKED // 2)],
        [str(one) for one in random.choice(any_medium, ASKED)],
    )


def ask(connection: Connection, queries: list[Select[Any]]) -> Figures:
    """Ask each once and time it; then look at how each was answered."""
    backend = connection.scalar(text("SELECT pg_backend_pid()"))
    for query in queries[:20]:  # plans and pages are in memory afterwards, as they are in a server that is in use
        connection.execute(query).all()
    cpu_ms, wall_ms, rows = [], [], 0
    for query in queries:
        before, started = _cpu_ns(backend), time.perf_counter()
        rows += len(connection.execute(query).all())
        wall_ms.append((time.perf_counter() - started) * 1e3)
        cpu_ms.append((_cpu_ns(backend) - before) / 1e6)
    nodes = [node for query in queries for node in plan_of(connection, query)]
    return {
        "asked": len(queries),
        "rows_each": round(rows / len(queries), 1),
        "cpu_p50_ms": round(float(np.percentile(cpu_ms, 50)), 3),
        "cpu_p95_ms": round(float(np.percentile(cpu_ms, 95)), 3),
        "wall_p95_ms": round(float(np.percentile(wall_ms, 95)), 3),
        "scans": ", ".join(sorted(scans(nodes))),
        "heap_fetches": heap_fetches(nodes),
    }


def _cpu_ns(pid: int) -> int:
    """Nanoseconds that a process was on a CPU, exact once it waits."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])


def show(measured: dict[str, Any]) -> None:
    """The figures for people."""
    columns = ("query", "asked", "rows each", "CPU p50 ms", "CPU p95 ms", "wall p95 ms", "scans", "heap fetches")
    grid = Table(*columns, title=f"{measured['rows']:,} appearances, filled in {measured['filled_s']} s")
    for name, figures in measured["queries"].items():
        grid.add_row(name, *(str(value) for value in figures.values()))
    console = Console(width=140)
    console.print(grid)
    console.print(f"Figures of the dashboard are made anew in {measured['figures_refreshed_s']} s")
    console.print("MiB: " + ", ".join(f"{name} {size}" for name, size in measured["mib"].items()), soft_wrap=True)


if __name__ == "__main__":
    main()
