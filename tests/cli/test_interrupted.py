"""`aima analyze` killed in the middle: what was observed stays, and only the rest runs again."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from aima.bootstrap import open_services
from aima.services.sample import portraits
from aima.settings import Settings
from tests.cli.test_analyze import aima, environment
from tests.media_made import long_clip

pytestmark = pytest.mark.faults

SECONDS = 94.0


@pytest.fixture(scope="module")
def film(settings, tmp_path_factory) -> Path:
    return long_clip(tmp_path_factory.mktemp("interrupted") / "film.mp4", portraits(settings), SECONDS)


def markers(workspace: Settings) -> int:
    with open_services(workspace) as services:
        return len(services.stores.observations.receipts())


def test_a_killed_analysis_is_taken_up_where_it_was(stack, workspace, film):
    command = [sys.executable, "-m", "aima", "analyze", "--only", "face_detector,face_embedder", str(film)]
    running = subprocess.Popen(
        command, env=environment(workspace), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 240
    while markers(workspace) == 0 and time.monotonic() < deadline:
        time.sleep(0.5)
    running.send_signal(signal.SIGKILL)
    running.wait()
    kept = markers(workspace)
    assert kept >= 2

    done = aima(workspace, "analyze", "--json", "--only", "face_detector,face_embedder", str(film))
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    segments = markers(workspace) // 2
    assert report["segments"] == segments - kept // 2
    assert report["segments"] < segments

    with open_services(workspace) as services:
        spans = sorted(
            (round(seen.start_us / 1e6), round(seen.end_us / 1e6))
            for person in services.persons.list()
            for seen in person.appearances
        )
        states = [job.state for job in services.stores.jobs.of_medium(services.stores.media.all()[0].media_id)]
    assert spans == [(at, min(at + 10, round(SECONDS))) for at in range(0, round(SECONDS), 10)]
    assert states == ["done"]  # the same job goes on
