"""The local fleet as a server: one for each data directory, started after what it needs, ended before it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from aima.errors import WorkerRunning
from aima.local.home import home_at
from aima.local.servers import local_servers
from aima.local.worker import Worker, fleet_name, only_worker
from aima.settings import Settings
from tests.conftest import make_settings

HOLD = """
import sys
from pathlib import Path
from aima.local.home import home_at
from aima.local.worker import only_worker

with only_worker(home_at(Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(place: Path) -> subprocess.Popen[str]:
    """Another process that is the worker of this data directory."""
    command = [sys.executable, "-c", HOLD, str(place)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_worker_is_refused_and_the_first_named_until_it_is_killed(place: Path) -> None:
    with holder(place) as other:
        with pytest.raises(WorkerRunning, match=rf"runs already \(pid {other.pid}\)"), only_worker(home_at(place)):
            pass
        other.kill()
    with only_worker(home_at(place)):
        pass


def test_two_data_directories_have_a_worker_each(place: Path, tmp_path: Path) -> None:
    with only_worker(home_at(place)), only_worker(home_at(tmp_path)):
        assert fleet_name(home_at(place)) == fleet_name(home_at(place))
        assert fleet_name(home_at(place)) != fleet_name(home_at(tmp_path))
        assert place.name not in fleet_name(home_at(place))


def test_it_belongs_to_the_stack_unless_it_is_switched_off(place: Path) -> None:
    names = [server.name for server in local_servers(make_settings(place, local={"worker": True}), home_at(place))]
    assert names[-1] == "worker"
    off = [server.name for server in local_servers(make_settings(place), home_at(place))]
    assert "worker" not in off


def test_it_gets_the_settings_of_the_stack_and_no_secret_of_the_caller(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIMA_UNKNOWN", "1")
    settings = make_settings(place, worker={"idle_s": 7.0})
    launch = Worker(settings, home_at(place)).launch({})
    assert launch.argv[-2:] == ["worker", "run"]
    assert launch.environment["AIMA_WORKER__IDLE_S"] == "7.0"
    assert launch.environment["AIMA_HOME"] == str(place)
    assert {"AIMA_UNKNOWN", "AIMA_STORES__POSTGRES"} & set(launch.environment) == set()


def test_what_it_reads_is_what_analyses_depend_on() -> None:
    def is_read(variable: str) -> bool:
        return variable.startswith(Worker.reads)

    assert all(map(is_read, ("AIMA_MEDIA__SAMPLE_FPS", "AIMA_WORKER__IDLE_S", "AIMA_RAY__PLACEMENT", "AIMA_ARCHIVE")))
    assert not is_read("AIMA_LOCAL__DASHBOARD_PORT")
    assert set(Worker.needs) == {"postgres", "ray"}
    assert Settings().local.worker
