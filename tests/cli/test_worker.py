"""`aima worker`: the resident fleet of a stack, as those meet it who queue, watch, steer and kill."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from aima import local
from aima.bootstrap import Services, open_services
from aima.domain.queue import Fleet, JobProgress
from aima.services.sample import portraits
from aima.settings import Settings
from tests.cli.test_analyze import aima, errors
from tests.conftest import SMALL_RAY, make_home, make_settings
from tests.media_made import long_clip, write_picture

CUTS = ("--only", "shot_cuts")
"""The cheapest of all; each test asks with an option of its own, so that nothing is known already."""
SECONDS = ("--only", "objects", "--option", "objects.interval_s=0.6")
"""Takes some seconds a segment, so that it can be met at work."""
IDLE_S = 8.0
OPEN = {"queued", "running", "paused"}


@pytest.fixture(scope="module")
def stack() -> Iterator[Settings]:
    """A stack of its own, with its worker."""
    settings = make_settings(
        make_home(), local={"worker": True}, worker={"idle_s": IDLE_S}, ray=SMALL_RAY | {"workers": 1}
    )
    local.start(settings)
    yield settings
    local.stop(settings)
    shutil.rmtree(settings.home)


@pytest.fixture(scope="module")
def film(stack: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return long_clip(tmp_path_factory.mktemp("worker") / "film.mp4", portraits(stack), 126.0)


@pytest.fixture(scope="module")
def services(stack: Settings) -> Iterator[Services]:
    """What a client of this stack has at hand."""
    with open_services(stack, logged=False) as opened:
        yield opened


def said(stack: Settings, *arguments: str) -> Any:
    done = aima(stack, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def fleet(services: Services) -> Fleet:
    (one,) = services.stores.queue.fleets()
    return one


def job_of(services: Services, job_id: str) -> JobProgress:
    return services.jobs.show(job_id)


def worker_pid(stack: Settings) -> int:
    (pid,) = [server.pid for server in local.status(stack) if server.name == "worker"]
    assert pid is not None
    return pid


def within(seconds: float, what: Callable[[], Any]) -> Any:
    until = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.25)
    return found


def queued(stack: Settings, *arguments: str) -> str:
    """Id of the one job that this analysis leaves to the worker."""
    (file,) = said(stack, "analyze", "--no-wait", *arguments)["files"]
    assert file["state"] == "queued"
    return file["job_id"]


def begun(services: Services, job_id: str) -> JobProgress | None:
    job = job_of(services, job_id)
    return job if job.leased and job.done_us else None


def ended(services: Services, job_id: str) -> JobProgress | None:
    job = job_of(services, job_id)
    return None if job.state in OPEN else job


def test_it_waits_without_workers_and_says_so(stack: Settings) -> None:
    (waiting,) = said(stack, "worker", "status")["fleets"]
    assert (waiting["state"], waiting["alive"], waiting["in_flight"]) == ("closed", True, 0)
    assert waiting["pid"] == worker_pid(stack)
    text = aima(stack, "worker", "status").stdout
    assert waiting["name"] in text
    assert "0 open jobs" in text


def test_a_second_one_is_refused(stack: Settings) -> None:
    refused = aima(stack, "worker", "run")
    assert refused.returncode == 8
    (line,) = errors(refused)
    assert f"(pid {worker_pid(stack)})" in line
    assert line.endswith("(worker_running)")


def test_the_second_analysis_finds_workers_with_their_models(
    stack: Settings, services: Services, tmp_path: Path
) -> None:
    took = []
    for name, face in portraits(stack).items():
        picture = write_picture(tmp_path / f"{name}.jpg", face)
        began = time.monotonic()
        report = services.analyses.analyze([picture], {"face_detector": {}, "face_embedder": {}})
        took.append(time.monotonic() - began)
        assert [file.state for file in report.files] == ["done"]
        assert report.cpu_s["face_detector"] > 0
    assert took[1] < took[0]
    resident = fleet(services)
    assert (resident.state, resident.segments_done) == ("idle", 2)
    assert resident.pid == worker_pid(stack)
    assert [place["workers"] for place in resident.places] == [1]
    assert [person.label for person in services.persons.list()] == ["Unknown 1", "Unknown 2"]


def test_without_work_for_long_it_lets_go_of_everything_and_costs_nothing(stack: Settings, services: Services) -> None:
    within(IDLE_S + 20, lambda: fleet(services).state == "closed")
    process = psutil.Process(worker_pid(stack))
    time.sleep(1.0)
    before = sum(process.cpu_times()[:2])
    time.sleep(5.0)
    assert sum(process.cpu_times()[:2]) - before < 0.15


def test_killed_in_the_middle_it_comes_back_and_the_job_ends_right(
    stack: Settings, services: Services, film: Path
) -> None:
    job_id = queued(stack, *CUTS, str(film))
    within(240, lambda: begun(services, job_id))
    old = worker_pid(stack)
    os.kill(old, signal.SIGKILL)
    job = within(240, lambda: ended(services, job_id))
    assert (job.state, job.job.code, job.done, job.segments, job.failures) == ("done", None, 3, 3, ())
    assert worker_pid(stack) != old
    assert fleet(services).pid == worker_pid(stack)
    assert len(services.stores.queue.assignments(job_id)) == 1


def test_what_is_paused_waits_until_others_resume_it(stack: Settings, services: Services, film: Path) -> None:
    job_id = queued(stack, *SECONDS, "--priority", "3", str(film))
    within(240, lambda: job_of(services, job_id).leased)
    services.jobs.pause([job_id])
    within(120, lambda: job_of(services, job_id).leased == 0)
    (paused,) = said(stack, "jobs", "list")
    assert (paused["id"], paused["state"], paused["priority"]) == (job_id, "paused", 3)
    counts = paused["segments"]
    assert (counts["all"], counts["leased"], counts["done"] + counts["waiting"]) == (3, 0, 3)
    assert counts["waiting"] >= 1, "what nobody had begun"
    assert [job["state"] for job in said(stack, "jobs", "resume", job_id)] == ["running"]
    assert within(240, lambda: ended(services, job_id)).state == "done"


def test_what_is_cancelled_ends_and_the_fleet_goes_on(stack: Settings, services: Services, film: Path) -> None:
    job_id = queued(stack, *CUTS, "--option", "shot_cuts.min_score=0.65", str(film))
    services.jobs.pause([job_id])
    assert [job["state"] for job in said(stack, "jobs", "cancel", job_id)] == ["cancelled"]
    assert said(stack, "jobs", "list") == []
    within(120, lambda: fleet(services).in_flight == 0)
    assert fleet(services).pid == worker_pid(stack)
