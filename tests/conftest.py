"""Shared fixtures: one real stack and one set of real stores per test run, and where test media are."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import aima.pipeline  # noqa: F401 - before any test imports ray
from aima import local
from aima.settings import Settings, default_home

pytest_plugins = ["tests.databases", "tests.workspaces"]

# Whoever runs tests side by side states a width, and tables keep to the one that they were born with.
os.environ.pop("COLUMNS", None)

ROOT = Path(__file__).resolve().parents[1]
MEDIA_DIR = Path(os.environ.get("AIMA_TEST_MEDIA", ROOT.parent / "shared" / "data"))
MEDIA_REASON = "no test media: AIMA_TEST_MEDIA names no directory"
SMALL_RAY = {"address": None, "num_cpus": 2, "object_store_mb": 200}
OURS = {"postgres": None, "mongo": None, "milvus": None}
# Databases of tests are not that of their stack: they catch up, and analyze, themselves.
ALONE = {"relay": False, "worker": False}
# Nobody listens there: what counts as replaced is not started.
NOBODY = "127.0.0.1:1"
NO_RAY = {"address": NOBODY}
ONLY_POSTGRES: dict[str, object] = {
    "ray": NO_RAY,
    "stores": OURS | {"mongo": f"mongodb://{NOBODY}", "milvus": f"http://{NOBODY}"},
}


# Half of the run's time was waiting for a disk that keeps nothing beyond it.
MEMORY_DISK = Path("/dev/shm")
ROOMY = 8 << 30  # bytes


def _where_homes_lie() -> Path | None:
    roomy = MEMORY_DISK.is_dir() and shutil.disk_usage(MEMORY_DISK).free >= ROOMY
    return MEMORY_DISK if roomy and not os.environ.get("TMPDIR") else None


def make_home() -> Path:
    """A data directory that an unprivileged user can pass (pytest's own are 0700)."""
    home = Path(tempfile.mkdtemp(prefix="aima-test-", dir=_where_homes_lie()))
    home.chmod(0o711)
    return home


def make_settings(home: Path, local: Mapping[str, object] = ALONE, **changes: object) -> Settings:
    """Settings on this data directory; the built weights are shared between runs."""
    models = os.environ.get("AIMA_MODELS__DIR") or default_home() / "models"
    given: dict[str, object] = {"stores": OURS, "ray": SMALL_RAY, "models": {"dir": models}}
    return Settings(home=home, local={**ALONE, **local}, **(given | changes))


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """The data directory of this test run."""
    path = make_home()
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def settings(home: Path) -> Settings:
    """Settings of this test run; nothing is started."""
    return make_settings(home)


@pytest.fixture(scope="session")
def stack(settings: Settings) -> Iterator[Settings]:
    """The whole local stack with Ray, running; its settings."""
    local.start(settings)
    yield settings
    local.stop(settings)


@pytest.fixture(scope="session")
def servers() -> Iterator[Settings]:
    """PostgreSQL, documents and vectors, running; Ray is not started."""
    without_ray = make_settings(make_home(), ray=NO_RAY)
    local.start(without_ray)
    yield without_ray
    local.stop(without_ray)
    shutil.rmtree(without_ray.home, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(servers: Settings) -> str:
    """URL of an empty database on a running server."""
    return local.postgres_url(servers)


@pytest.fixture(scope="session")
def mongo_url(request: pytest.FixtureRequest) -> str:
    """URL of a running document server: AIMA_TEST_MONGO, or the local one."""
    return os.environ.get("AIMA_TEST_MONGO") or local.mongo_url(request.getfixturevalue("servers"))


@pytest.fixture(scope="session")
def milvus_url(request: pytest.FixtureRequest) -> str:
    """URL of a running vector server: AIMA_TEST_MILVUS, or the local one."""
    return os.environ.get("AIMA_TEST_MILVUS") or local.milvus_url(request.getfixturevalue("servers"))


@pytest.fixture(scope="session")
def media_dir() -> Path:
    """The directory of real test media; tests that need it are skipped without it."""
    if not MEDIA_DIR.is_dir():
        pytest.skip(MEDIA_REASON)
    return MEDIA_DIR


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    """What a test wrote need not be text, but what goes from process to process must be."""
    report = yield
    told = ((name, text.encode(errors="backslashreplace").decode()) for name, text in report.sections)
    report.sections = list(told)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much was not tested for lack of media."""
    skipped = terminalreporter.stats.get("skipped", [])
    count = sum("test media" in str(report.longrepr) for report in skipped)
    terminalreporter.write_line(f"{count} tests skipped for lack of test media ({MEDIA_DIR})")
