"""Fixtures of fault tests: a whole stack of its own, with its worker and its relay."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url

from aima import local
from aima.local.variables import variables
from aima.settings import Settings
from tests.conftest import make_home, make_settings
from tests.databases import connect

LONG = os.environ.get("AIMA_TEST_LONG") == "1"
"""Whether everything is wanted at its full length (make test-long), not what fits into the gate."""


@contextmanager
def fleet(environment: dict[str, str] | None = None, **changes: object) -> Iterator[Settings]:
    """A stack of its own with everything, also the worker; its settings. environment: more for all its servers."""
    settings = make_settings(make_home(), local={"relay": True, "worker": True}, **changes)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (environment or {}).items():
            patch.setenv(name, value)
        local.start(settings)
    try:
        yield settings
    finally:
        local.stop(settings)
        shutil.rmtree(settings.home, ignore_errors=True)


@pytest.fixture
def beside(tmp_path: Path) -> Callable[[Settings], Settings]:
    """Settings of another archive on the same servers, in a database that no worker takes from."""

    def make(settings: Settings) -> Settings:
        url, name = make_url(local.postgres_url(settings)), f"aima_{uuid.uuid4().hex[:12]}"
        with connect(url.render_as_string(hide_password=False)) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        postgres = url.set(database=name).render_as_string(hide_password=False)
        stores = settings.stores.model_copy(update={"postgres": postgres})
        return settings.model_copy(update={"stores": stores, "archive": tmp_path / name})

    return make


def aima(settings: Settings, *arguments: str) -> subprocess.Popen[str]:
    """The command in a process of its own, under these settings."""
    given = {name: str(value) for name, value in variables(settings) if value is not None}
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("AIMA_", "RAY_"))}
    argv = [sys.executable, "-m", "aima", *arguments]
    return subprocess.Popen(argv, env=plain | given, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
