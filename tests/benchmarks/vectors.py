"""Measures the local vector server: `python -m tests.benchmarks.vectors [--count N] [--queries N] [--json]`.

Clustered unit vectors, as faces are: each lies at a cosine of about 0.7 to the middle of its person. Every query goes
to the server and to brute force in numpy in turn, so that both see the same load of the machine; CPU times, which a
busy machine does not change much, stand beside wall times.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
import psutil

from aima import local
from aima.cli.output import out, table
from aima.local.addresses import running
from aima.local.home import home_at
from aima.settings import Settings
from aima.stores.milvus import MilvusVectors
from aima.stores.vectors import Space, VectorRow
from tests.conftest import NO_RAY, NOBODY, make_home, make_settings

Vectors = npt.NDArray[np.float32]

DIMENSION, PER_PERSON, PER_GROUP, GROUPS_AT_ONCE, CALLS_PER_FLUSH = 512, 50, 50, 20, 10
BATCH, NEAREST = 40, 10
SPACE = Space("face", "benchmark@1", DIMENSION)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measures the local vector server.")
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with server() as settings:
        figures = measure(settings, given.count, given.queries)
    if given.json:
        print(json.dumps(figures, indent=2))
        return
    table(f"{given.count} vectors of {DIMENSION}", ("figure", "value"), ([k, f"{v:g}"] for k, v in figures.items()))
    out.print("times in milliseconds, of one query; cpu of the server's process and of brute force in numpy")


@contextmanager
def server() -> Iterator[Settings]:
    """The local vector server alone, in a home of its own."""
    stores = {"postgres": f"postgresql://{NOBODY}/x", "mongo": f"mongodb://{NOBODY}", "milvus": None}
    settings = make_settings(make_home(), ray=NO_RAY, stores=stores)
    local.start(settings)
    try:
        yield settings
    finally:
        local.stop(settings)
        shutil.rmtree(settings.home, ignore_errors=True)


def measure(settings: Settings, count: int, asked: int) -> dict[str, float]:
    """Every figure by name."""
    known, queries = draw(count, asked)
    process = server_process(settings)
    figures: dict[str, float] = {"rss_empty_mb": process.memory_info().rss / 1e6}
    with closing(MilvusVectors.open(local.milvus_url(settings), "benchmark")) as vectors:
        figures |= fill(vectors, known)
        figures["rss_full_mb"] = process.memory_info().rss / 1e6
        figures |= ask(vectors, process, known, queries)
        figures |= change(vectors, known)
    local.stop(settings)
    figures["start_again_s"] = timed(lambda: local.start(settings))
    with closing(MilvusVectors.open(local.milvus_url(settings), "benchmark")) as vectors:
        figures["first_search_after_start_s"] = timed(lambda: vectors.search(SPACE, queries[:1], NEAREST))
    return {name: round(value, 4) for name, value in figures.items()}


def draw(count: int, asked: int) -> tuple[Vectors, Vectors]:
    """Known vectors and queries, float32 [n, DIMENSION], around the same middles."""
    rng = np.random.default_rng(1)
    middles = unit(rng.standard_normal((max(1, count // PER_PERSON), DIMENSION)))

    def around(n: int) -> Vectors:
        spread = rng.standard_normal((n, DIMENSION)) / np.sqrt(DIMENSION)
        return unit(middles[rng.integers(0, len(middles), n)] + spread)

    return around(count), around(asked)


def unit(drawn: npt.NDArray[Any]) -> Vectors:
    """Rows of length 1."""
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), np.float32)


def fill(vectors: MilvusVectors, known: Vectors) -> dict[str, float]:
    """Write as the projection does: some groups at a time, made durable every now and then."""
    vectors.prepare(SPACE)
    at_once = PER_GROUP * GROUPS_AT_ONCE
    begun = time.perf_counter()
    for start in range(0, len(known), at_once):
        groups: dict[str, list[VectorRow]] = {}
        for number in range(start, min(start + at_once, len(known))):
            groups.setdefault(group_of(number), []).append(row(number, known[number]))
        vectors.replace_many(SPACE, groups, dict.fromkeys(groups, 1))
        if (start // at_once) % CALLS_PER_FLUSH == CALLS_PER_FLUSH - 1:
            vectors.flush(SPACE)
    vectors.flush(SPACE)
    return {"inserted_per_s": len(known) / (time.perf_counter() - begun)}


def ask(vectors: MilvusVectors, process: psutil.Process, known: Vectors, queries: Vectors) -> dict[str, float]:
    """Single queries in turn with brute force, then the same ones some at a time."""
    walls: dict[str, list[float]] = {"search": [], "numpy": []}
    spent = {"search": 0.0, "numpy": 0.0}
    found = 0
    vectors.search(SPACE, queries[:1], NEAREST)
    for query in queries:
        before, begun = cpu_of(process), time.perf_counter()
        (hits,) = vectors.search(SPACE, query[None], NEAREST)
        walls["search"].append(time.perf_counter() - begun)
        spent["search"] += cpu_of(process) - before
        before, begun = time.process_time(), time.perf_counter()
        truth = brute(known, query)
        walls["numpy"].append(time.perf_counter() - begun)
        spent["numpy"] += time.process_time() - before
        found += len({hit.id for hit in hits} & {id_of(index) for index in truth})
    figures = {"recall_at_10": found / (NEAREST * len(queries))}
    for name, taken in walls.items():
        figures[f"{name}_p50_ms"], figures[f"{name}_p95_ms"] = (1000 * np.percentile(taken, q) for q in (50, 95))
        figures[f"{name}_cpu_ms"] = 1000 * spent[name] / len(queries)
    figures["p95_against_numpy"] = figures["search_p95_ms"] / figures["numpy_p95_ms"]
    batches = [queries[start : start + BATCH] for start in range(0, len(queries), BATCH)]
    batched = timed(lambda: [vectors.search(SPACE, batch, NEAREST) for batch in batches])
    return figures | {f"search_in_batches_of_{BATCH}_ms": 1000 * batched / len(queries)}


def change(vectors: MilvusVectors, known: Vectors) -> dict[str, float]:
    """Replacing one group of many, and reading every stamp as `aima verify` does."""
    rows = [row(number, known[number]) for number in range(PER_GROUP)]
    replaced = timed(lambda: vectors.replace(SPACE, group_of(0), rows, 2))
    stamps = timed(lambda: sum(1 for _ in vectors.stamps(SPACE)))
    return {"replace_a_group_ms": 1000 * replaced, "read_all_stamps_s": stamps}


def brute(known: Vectors, query: Vectors) -> list[int]:
    """Indices of the nearest."""
    scores = known @ query
    nearest = np.argpartition(-scores, NEAREST)[:NEAREST]
    return [int(index) for index in nearest[np.argsort(-scores[nearest])]]


def row(number: int, vector: Vectors) -> VectorRow:
    """A vector as that of a face."""
    return VectorRow(id_of(number), group_of(number), vector, f"track {number // 5}", number * 200_000)


def id_of(number: int) -> str:
    """An id as long as a real one."""
    return f"00000000-0000-0000-0000-{number:012d}"


def group_of(number: int) -> str:
    """An id as long as that of a content."""
    return f"{number // PER_GROUP:064d}"


def server_process(settings: Settings) -> psutil.Process:
    """The process of the vector server."""
    return psutil.Process(running(home_at(settings.home), "vectors").pid)


def cpu_of(process: psutil.Process) -> float:
    """CPU seconds that it has taken."""
    taken = process.cpu_times()
    return float(taken.user + taken.system)


def timed(act: Callable[[], object]) -> float:
    """Seconds that it takes."""
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
