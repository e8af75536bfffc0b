"""The servers of the bench, and programs that are measured while they run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aima import local
from aima.local.home import home_at
from aima.local.state import current_state
from aima.settings import Settings
from aima.stores.postgres import PostgresStores
from aima.stores.postgres.scratch import scratch_database
from tests.benchmarks.engine.processes import Spent, Watch
from tests.conftest import NOBODY, make_home, make_settings

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "DO_NOT_TRACK": "1", "DAFT_PROGRESS_BAR": "0"}
RAY = {"address": None, "num_cpus": 2, "object_store_mb": 200}
STORES = {"postgres": None, "mongo": None, "milvus": f"http://{NOBODY}"}
PACKAGE = "tests.benchmarks.engine"


class Broken(Exception):
    """A measured program did not do its work; the text is what it said last."""


@contextmanager
def stack() -> Iterator[Settings]:
    """PostgreSQL, documents (for log lines) and Ray with two workers' CPUs, in a home of their own."""
    os.environ |= ONE_THREAD  # servers hand it to workers
    settings = make_settings(make_home(), ray=RAY, stores=STORES)
    local.start(settings)
    try:
        yield settings
    finally:
        local.stop(settings)
        shutil.rmtree(settings.home, ignore_errors=True)


@contextmanager
def fresh(settings: Settings) -> Iterator[Settings]:
    """Settings with an empty, migrated database and an empty archive: nothing has been observed."""
    with scratch_database(local.postgres_url(settings), "bench") as url, folder(settings) as archive:
        PostgresStores.open(url).close()
        stores = settings.stores.model_copy(update={"postgres": url})
        yield settings.model_copy(update={"stores": stores, "archive": archive})


@contextmanager
def folder(settings: Settings) -> Iterator[Path]:
    """An empty folder in the home, for a while."""
    with tempfile.TemporaryDirectory(dir=settings.home) as path:
        yield Path(path)


def servers(settings: Settings) -> Callable[[], list[int]]:
    """Gives the roots of everything that works for AIMA: this process, and the supervisor of the servers."""

    def roots() -> list[int]:
        state = current_state(home_at(settings.home))
        return [os.getpid(), *([state.pid] if state else [])]

    return roots


def only_children(_: Settings) -> Callable[[], list[int]]:
    """Gives the root of what a peer is: what this process has started."""
    return lambda: [os.getpid()]


def measured(module: str, arguments: Sequence[object], settings: Settings, *, with_servers: bool) -> tuple[Spent, str]:
    """Run a module of this package to its end; gives what it took, its own start included, and what it printed.

    with_servers: what the servers used meanwhile counts too.

    Raises:
        Broken: it failed.
    """
    roots = servers(settings) if with_servers else only_children(settings)
    with Watch(roots) as watch:
        said = _run(module, arguments, settings)
    return watch.spent, said


def told(module: str, arguments: Sequence[object], settings: Settings) -> Any:
    """Run a module of this package, unmeasured; gives the JSON of the last line that it printed: Ray may have its say.

    Raises:
        Broken: it failed.
    """
    return json.loads(_run(module, arguments, settings).splitlines()[-1])


def _run(module: str, arguments: Sequence[object], settings: Settings) -> str:
    command = [sys.executable, "-m", f"{PACKAGE}.{module}", *map(str, arguments)]
    done = subprocess.run(
        command,
        input=settings.model_dump_json(),
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | ONE_THREAD,
    )
    if done.returncode:
        raise Broken(f"{' '.join([module, *map(str, arguments)])}: {done.stderr[-1500:]}")
    return done.stdout
