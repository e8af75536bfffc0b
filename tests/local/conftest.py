"""A data directory of its own for tests that break things."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from aima import local
from aima.settings import Settings
from tests.conftest import ONLY_POSTGRES, make_home, make_settings


@pytest.fixture
def place() -> Iterator[Path]:
    """An empty directory with a path short enough for sockets."""
    path = make_home()
    yield path
    shutil.rmtree(path)


@pytest.fixture
def spare() -> Iterator[Settings]:
    """Settings on a fresh data directory, without Ray; stopped and removed afterwards."""
    settings = make_settings(make_home(), **ONLY_POSTGRES)
    yield settings
    local.stop(settings)
    shutil.rmtree(settings.home)


@pytest.fixture
def full_disk(spare: Settings) -> Iterator[Settings]:
    """Settings on a data directory with hardly any room."""
    with small_disk(spare.home, "size=16m,mode=0711"):
        yield spare


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A directory that not even root can write to."""
    with small_disk(tmp_path, "size=1m,ro"):
        yield tmp_path


@contextmanager
def small_disk(at: Path, options: str) -> Iterator[None]:
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    mount = ["mount", "-t", "tmpfs", "-o", options, "aima-test", str(at)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting is not allowed here")
    try:
        yield
    finally:
        subprocess.run(["umount", str(at)], check=True)
