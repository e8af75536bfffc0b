"""`aima analyze` with a fleet that does the work: what is queued is told, and who stops watching stops nothing."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from aima.services.dispatching.fleets import new_fleet
from aima.services.sample import portraits
from aima.settings import Settings
from aima.stores.postgres import PostgresStores
from tests.cli.test_analyze import aima, environment
from tests.conftest import make_settings
from tests.media_made import write_picture

FACES = ("--only", "face_detector")


@pytest.fixture
def shell(tmp_path: Path, database: str) -> Settings:
    """Settings with a database and no other server."""
    return make_settings(tmp_path / "home", stores={"postgres": database})


@pytest.fixture
def picture(settings: Settings, tmp_path: Path) -> Path:
    return write_picture(tmp_path / "astronaut.jpg", portraits(settings)["astronaut"])


def test_what_nobody_waits_for_is_queued_and_told(shell: Settings, stores: PostgresStores, picture: Path) -> None:
    done = aima(shell, "analyze", "--no-wait", "--priority", "4", *FACES, str(picture))
    assert done.returncode == 0, done.stderr
    (job,) = stores.queue.progress()
    assert (job.state, job.waiting, job.job.priority) == ("queued", 1, 4)
    assert job.job.job_id[:8] in done.stdout
    assert "aima jobs list --watch" in done.stdout
    assert "no worker runs here" in done.stderr
    assert "aima up" in done.stderr
    again = json.loads(aima(shell, "analyze", "--no-wait", "--json", *FACES, str(picture)).stdout)
    assert [(file["state"], file["job_id"]) for file in again["files"]] == [("queued", job.job.job_id)]


def test_who_stops_watching_stops_nothing_and_learns_how_to(
    shell: Settings, stores: PostgresStores, picture: Path
) -> None:
    fleet = new_fleet("resident")
    stores.queue.show(fleet)
    watching = subprocess.Popen(
        # Who runs in the background of a shell ignores the key, and so would whom it starts.
        ["env", "--default-signal=INT", sys.executable, "-m", "aima", "analyze", *FACES, str(picture)],
        env=environment(shell), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    until = time.monotonic() + 120
    while not stores.queue.progress():
        assert time.monotonic() < until
        stores.queue.show(fleet)
        time.sleep(0.25)
    time.sleep(2.0)  # from queueing to watching
    watching.send_signal(signal.SIGINT)
    _, told = watching.communicate(timeout=60)
    assert watching.returncode == 130
    (job,) = stores.queue.progress()
    assert job.state == "queued"
    assert f"aima jobs cancel {job.job.job_id[:8]}" in told
    assert "Traceback" not in told
