"""The keeper with real, small servers."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from aima.errors import DiskFull
from aima.local import home as homes
from aima.local import keeper as keepers
from aima.local import process
from aima.local.home import home_at
from aima.local.keeper import Keeper
from aima.local.process import clean_environment
from aima.local.server import Launch, Server
from aima.local.state import Board
from tests.conftest import make_settings


class Script(Server):
    """A Python one-liner; healthy as soon as it has made a file."""

    name = "script"
    start_timeout_s = 20.0
    code = "import pathlib, sys, time; pathlib.Path('up').touch(); time.sleep(60)"

    def choose_ports(self, last: Mapping[str, int]) -> dict[str, int]:
        return {"lives": last.get("lives", 0) + 1}

    def prepare(self) -> None:
        (self.home.root / "up").unlink(missing_ok=True)

    def launch(self, ports: Mapping[str, int]) -> Launch:
        environment = clean_environment(self.home.root, self.name)
        return Launch([sys.executable, "-c", self.code], environment, {"cwd": str(self.home.root)})

    def is_healthy(self, ports: Mapping[str, int]) -> bool:
        return (self.home.root / "up").exists()

    def address(self, ports: Mapping[str, int]) -> str:
        return ""


class Dying(Script):
    code = "import sys; sys.exit('no luck today')"


class Full(Script):
    def prepare(self) -> None:
        raise DiskFull("no room", "make some")


class Odd(Script):
    def prepare(self) -> None:
        raise ZeroDivisionError("a defect")


class OddHealth(Script):
    def is_healthy(self, ports: Mapping[str, int]) -> bool:
        raise ZeroDivisionError("a defect")


class Missing(Script):
    def launch(self, ports: Mapping[str, int]) -> Launch:
        return Launch(["/no/such/program"], {})


Keep = Callable[[type[Server]], tuple[Keeper, Board]]


@pytest.fixture
def keep(place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Keep]:
    """Start a keeper for a server; stopped at the end."""
    monkeypatch.setattr(keepers, "BACK_OFF_S", (0.01,))
    started: list[Keeper] = []

    def start(kind: type[Server]) -> tuple[Keeper, Board]:
        home = home_at(place)
        homes.prepare(home)
        board = Board(home)
        started.append(Keeper(kind(make_settings(place), home), board))
        started[-1].start()
        return started[-1], board

    yield start
    for keeper in started:
        keeper.stop()
        keeper.join()


def await_that(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not true():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_keeps_a_server_alive_and_stops_it(keep: Keep) -> None:
    keeper, board = keep(Script)
    await_that(lambda: board["script"].state == "healthy")
    first = board["script"].pid
    assert first is not None
    subprocess.run(["kill", "-9", str(first)], check=True)
    await_that(lambda: board["script"].state == "healthy" and board["script"].pid != first)
    assert board["script"].restarts == 1
    assert board["script"].ports == {"lives": 2}
    keeper.stop()
    keeper.join()
    assert board["script"].state == "stopped"


def test_a_server_that_keeps_dying_is_given_up_and_tried_again_when_told(keep: Keep) -> None:
    keeper, board = keep(Dying)
    await_that(lambda: board["script"].state == "failed")
    assert "status 1: no luck today" in board["script"].detail
    assert board["script"].ports == {"lives": keepers.MAX_FAILURES}
    keeper.retry()
    await_that(lambda: board["script"].ports == {"lives": 2 * keepers.MAX_FAILURES})


@pytest.mark.parametrize(
    ("kind", "code", "detail"),
    [
        (Full, "disk_full", "no room"),
        (Odd, "server_failed", "a defect"),
        (Missing, "server_failed", "No such file"),
    ],
)
def test_what_cannot_be_started_says_why(keep: Keep, kind: type[Server], code: str, detail: str) -> None:
    _, board = keep(kind)
    await_that(lambda: board["script"].state == "failed")
    assert (board["script"].error_code, board["script"].pid) == (code, None)
    assert detail in board["script"].detail


def test_a_server_whose_health_cannot_be_told_is_ended_not_left_behind(keep: Keep, place: Path) -> None:
    _, board = keep(OddHealth)
    await_that(lambda: board["script"].state == "failed")
    assert process.marked(place, "script") == []


def test_a_living_server_that_falls_silent_is_started_anew(
    keep: Keep, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keepers, "SILENCE_S", 0.1)
    monkeypatch.setattr(keepers, "HEALTHY_CHECK_S", 0.1)
    _, board = keep(Script)
    await_that(lambda: board["script"].state == "healthy")
    first = board["script"].pid
    (place / "up").unlink()
    await_that(lambda: board["script"].state == "healthy" and board["script"].pid != first)
    assert "did not answer" not in board["script"].detail
