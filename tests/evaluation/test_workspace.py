"""The throw-away workspace: apart from the user's, and gone however the evaluation ends."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from aima import local
from aima.bootstrap.evaluation import open_workspace
from aima.evaluation.workspace import PURPOSE
from aima.services.sample import portraits
from aima.settings import Settings
from tests.cli.test_analyze import environment
from tests.evaluation.labelled import make_labelled

ASKED = "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database WHERE datname LIKE 'aima_evaluation_%'"


def databases(settings: Settings) -> dict[str, str]:
    """Databases of evaluations with their comments."""
    with psycopg.connect(local.postgres_url(settings).replace("+psycopg", "", 1)) as connection:
        return dict(connection.execute(ASKED).fetchall())


def folders(settings: Settings) -> list[Path]:
    parent = settings.home / "workspaces"
    return list(parent.iterdir()) if parent.is_dir() else []


def test_lies_apart_and_says_what_it_is_for(stack, workspace):
    with open_workspace(workspace) as made:
        assert made.archive.root not in {workspace.archive_dir, *workspace.archive_dir.parents}
        assert made.settings.stores.postgres != workspace.stores.postgres
        assert made.settings.models_dir == workspace.models_dir
        (comment,) = databases(workspace).values()
        assert f"purpose {PURPOSE}" in comment
    assert databases(workspace) == {}
    assert folders(workspace) == []


def test_is_gone_after_an_error(stack, workspace):
    def fail() -> None:
        with open_workspace(workspace) as made:
            made.archive.put("observations/x", b"x")
            raise RuntimeError("unforeseen")

    with pytest.raises(RuntimeError, match="unforeseen"):
        fail()
    assert databases(workspace) == {}
    assert folders(workspace) == []


@pytest.fixture(scope="module")
def folder(settings, tmp_path_factory) -> Path:
    return make_labelled(tmp_path_factory.mktemp("labelled"), portraits(settings))


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGKILL])
def test_is_gone_after_a_command_that_was_broken_off(stack, workspace, folder, stop):
    # Whoever runs the tests in the background has SIGINT ignored, and its children inherit that.
    heeding = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); import aima.__main__ as a; a.main()"
    )
    command = [sys.executable, "-c", heeding, "eval", str(folder), "--only", "counts"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, env=environment(workspace), **quiet) as running:
        deadline = time.monotonic() + 120
        while not folders(workspace) and time.monotonic() < deadline:
            time.sleep(0.1)
        running.send_signal(stop)
    assert running.returncode != 0
    if stop == signal.SIGKILL:
        left = {*databases(workspace), *folders(workspace)}
        assert len(left) == 2
        with open_workspace(workspace):
            assert left.isdisjoint({*databases(workspace), *folders(workspace)})
    assert databases(workspace) == {}
    assert folders(workspace) == []
