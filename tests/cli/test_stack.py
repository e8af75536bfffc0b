"""`aima up | down | status | doctor` as a user meets them."""

import json
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from aima import local
from aima.cli import stack as commands
from aima.settings import Settings, load_settings
from tests.conftest import make_home

app = typer.Typer()
commands.register(app)


@pytest.fixture
def aima(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The environment of the command."""
    yield monkeypatch
    load_settings.cache_clear()


def run(aima: pytest.MonkeyPatch, home: Path, *arguments: str, companions: bool = False) -> Result:
    aima.setenv("AIMA_HOME", str(home))
    aima.setenv("AIMA_RAY__NUM_CPUS", "2")
    for companion in ("RELAY", "WORKER"):
        aima.setenv(f"AIMA_LOCAL__{companion}", str(companions))
    load_settings.cache_clear()
    return CliRunner().invoke(app, arguments)


def test_up_status_down(aima: pytest.MonkeyPatch) -> None:
    home = make_home()
    aima.setenv("AIMA_RAY__ADDRESS", "127.0.0.1:1")
    assert run(aima, home, "status", companions=True).exit_code == 8
    try:
        up = run(aima, home, "up", "--json", companions=True)
        assert up.exit_code == 0
        assert {one["name"]: one["state"] for one in json.loads(up.stdout)["servers"]} == {
            "postgres": "healthy",
            "documents": "healthy",
            "vectors": "healthy",
            "ray": "failed",
            "relay": "healthy",
            "worker": "healthy",
        }
        assert json.loads(up.stdout)["changed"] == {}
        aima.setenv("AIMA_LOCAL__UNPRIVILEGED_USER", "nobody")
        again = run(aima, home, "up", companions=True)
        assert again.exit_code == 0
        (line,) = [line for line in again.stdout.splitlines() if "other settings" in line]
        assert "postgres" in line
        assert "AIMA_LOCAL__UNPRIVILEGED_USER" in line
        assert line.endswith("aima down; aima up")
    finally:
        down = run(aima, home, "down", companions=True)
        shutil.rmtree(home)
    assert down.exit_code == 0
    assert "stopped" in down.stdout


def test_a_running_stack_is_shown(aima: pytest.MonkeyPatch, stack: Settings) -> None:
    shown = run(aima, stack.home, "status", "--json")
    assert shown.exit_code == 0
    servers = json.loads(shown.stdout)["servers"]
    assert {one["state"] for one in servers} == {"healthy"}
    assert run(aima, stack.home, "up").exit_code == 0
    assert [one["pid"] for one in servers] == [one.pid for one in local.status(stack)]


def test_doctor_speaks_words_and_json(aima: pytest.MonkeyPatch, stack: Settings) -> None:
    words = run(aima, stack.home, "doctor")
    assert words.exit_code == 0
    assert "ok       postgres: healthy at 127.0.0.1:" in words.stdout
    findings = json.loads(run(aima, stack.home, "doctor", "--json").stdout)["findings"]
    assert {"subject", "level", "text", "remedy"} == set(findings[0])


def test_doctor_ends_with_8_if_something_is_broken(aima: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run(aima, tmp_path / "file", "doctor")
    assert done.exit_code == 8
    assert "-> choose another data directory with AIMA_HOME=..." in done.stdout


@pytest.mark.parametrize("as_json", [False, True])
def test_an_error_is_one_line(aima: pytest.MonkeyPatch, tmp_path: Path, as_json: bool) -> None:
    (tmp_path / "file").touch()
    done = run(aima, tmp_path / "file", "up", *(["--json"] if as_json else []))
    assert done.exit_code == 8
    if as_json:
        assert json.loads(done.stdout)["error"]["code"] == "home_unusable"
    else:
        (line,) = done.stderr.strip().splitlines()
        assert "is a file" in line
        assert line.endswith("AIMA_HOME=... (home_unusable)")


def test_a_taken_port_names_its_setting(aima: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        aima.setenv("AIMA_LOCAL__DASHBOARD_PORT", str(holder.getsockname()[1]))
        home = make_home()
        done = run(aima, home, "up")
    assert done.exit_code == 8
    assert "AIMA_LOCAL__DASHBOARD_PORT" in done.stderr
    home.rmdir()


def test_a_setting_of_the_wrong_form_ends_with_2(aima: pytest.MonkeyPatch, tmp_path: Path) -> None:
    aima.setenv("AIMA_LOCAL__POSTGRES_PORT", "many")
    done = run(aima, tmp_path, "status")
    assert done.exit_code == 2
    assert "AIMA_LOCAL__POSTGRES_PORT" in done.stderr
