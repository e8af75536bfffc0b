"""`aima jobs`: what waits, runs and has ended is shown and steered."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from aima.cli.app import app
from aima.cli.job_output import LOOK_BACK_S, Pace, bar, percent
from aima.domain.job import Job
from aima.domain.media import Segment
from aima.domain.queue import JobProgress, Node
from aima.settings import load_settings
from aima.stores.postgres import PostgresStores
from tests.persons_made import SECOND, made_medium

FLEET = "fleet"
STEPS = {"face_detector": {"options": {}, "model_version": "made@1+1", "digest": "d", "step_us": 200_000}}


@pytest.fixture
def shell(database, monkeypatch, tmp_path):
    """The database is the one that the settings name."""
    monkeypatch.setenv("AIMA_STORES__POSTGRES", database)
    monkeypatch.setenv("AIMA_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "160")
    load_settings.cache_clear()
    yield monkeypatch
    load_settings.cache_clear()


@pytest.fixture
def film(shell, stores) -> Job:
    """A job of a film of two minutes in four segments; nothing of it is begun."""
    return submitted(stores, "film.mp4")


def submitted(stores: PostgresStores, name: str, priority: int = 0) -> Job:
    medium = made_medium(name, stores.ensure_user("local"), 120)
    parts = [Segment(medium.content_id, no, "sight", no * 30 * SECOND, (no + 1) * 30 * SECOND) for no in range(4)]
    stores.media.add(medium, parts)
    job = Job(str(uuid.uuid4()), medium.media_id, STEPS, priority=priority)
    stores.queue.submit(job, parts)
    return job


def jobs(*arguments: str):
    return CliRunner().invoke(app, ["jobs", *arguments])


def said(*arguments: str):
    result = jobs(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_list_tells_how_far_each_is(film, stores):
    leases = stores.queue.lease(FLEET, 2, 60.0)
    stores.queue.finish(leases[0].key, (), 0.5)
    stores.queue.keep(FLEET, 60.0, {leases[1].key: 15 * SECOND})
    (one,) = said("list")
    assert (one["filename"], one["state"], one["percent"]) == ("film.mp4", "running", 37.5)
    assert one["segments"] == {"all": 4, "done": 1, "leased": 1, "waiting": 2}
    assert (one["done"], one["total"]) == (45.0, 120.0)
    (line,) = [line for line in jobs("list").stdout.splitlines() if "film.mp4" in line]
    assert film.job_id[:8] in line
    assert "38 %" in line
    assert line.index("running") < line.index("━━━─") < line.index("2:00")


@pytest.mark.parametrize("width", [80, 120])
def test_a_job_is_one_line_of_the_terminal(shell, stores, width):
    shell.setenv("COLUMNS", str(width))
    for name in ("a film with a name that is longer than any terminal is wide " * 3, "b.mp4"):
        submitted(stores, name, priority=7)
    lines = jobs("list").stdout.splitlines()
    assert max(map(len, lines)) <= width
    assert [line.split()[0] for line in lines[3:]] == ["a", "b.mp4"]
    assert "…" in lines[3]


def test_nothing_open_is_an_empty_list_and_all_shows_what_has_ended(film, stores):
    stores.jobs.set_state(film.job_id, "failed", code="disk_full", detail="no room")
    assert said("list") == []
    (one,) = said("list", "--all")
    assert (one["state"], one["code"]) == ("failed", "disk_full")
    assert "disk_full" in jobs("list", "--all").stdout


def test_show_tells_what_was_given_up_and_where_it_ran(film, stores):
    stores.queue.assign(film.job_id, Node("machine", "ray", "GPU of some kind", 80))
    (lease,) = stores.queue.lease(FLEET, 1, 60.0)
    stores.queue.fail(lease.key, "worker_died", "it fell silent", None)
    shown = said("show", film.job_id[:6])
    assert shown["failures"] == [
        {"segment_no": 0, "code": "worker_died", "detail": "it fell silent", "stream": "sight"}
    ]
    assert shown["assignments"][0]["machine"]["gpu"] == "GPU of some kind"
    assert shown["analyzers"] == STEPS
    text = jobs("show", film.job_id).stdout
    assert all(word in text for word in ("film.mp4", "worker_died", "it fell silent", "machine", "made@1+1"))


def test_jobs_are_steered_by_id_or_medium(film, stores):
    assert [one["state"] for one in said("pause", film.job_id[:8])] == ["paused"]
    assert stores.queue.lease(FLEET, 9, 60.0) == []
    assert [one["state"] for one in said("resume", "film.mp4")] == ["queued"]
    assert [one["priority"] for one in said("priority", film.job_id, "-5")] == [-5]
    cancelled = jobs("cancel", film.job_id)
    assert cancelled.exit_code == 0
    assert cancelled.stdout == f"{film.job_id[:8]} cancelled\n"
    assert said("list", "--all")[0]["state"] == "cancelled"


def test_what_has_a_higher_priority_is_taken_first(film, stores):
    urgent = submitted(stores, "urgent.mp4")
    assert jobs("priority", urgent.job_id, "5").exit_code == 0
    assert [lease.job.job_id for lease in stores.queue.lease(FLEET, 4, 60.0)] == [urgent.job_id] * 4


@pytest.mark.parametrize("command", ["show", "cancel", "pause", "resume"])
def test_what_is_unknown_is_refused_in_a_line(film, command):
    refused = jobs(command, "nothing")
    assert refused.exit_code != 0
    (line,) = refused.stderr.splitlines()
    assert "nothing" in line
    assert "aima jobs list" in line
    as_json = jobs(command, "nothing", "--json")
    assert json.loads(as_json.stdout)["error"]["code"] == "job_unknown"
    assert as_json.exit_code == refused.exit_code


def test_watching_ends_with_the_last_job(film, stores):
    stores.queue.cancel([film.job_id])
    watched = jobs("list", "--watch", "--all")
    assert watched.exit_code == 0
    assert "cancelled" in watched.stdout
    assert jobs("list", "--watch", "--json").exit_code == 2


def progress(done_us: int) -> JobProgress:
    job = Job("job", "medium", {}, state="running")
    return JobProgress(job, "running", "a", 4, 1, 1, 2, done_us, 120 * SECOND, 0.0, datetime.now(UTC))


def test_the_pace_is_that_of_the_last_half_minute():
    pace = Pace()
    pace.see([progress(0)], now=100.0)
    assert pace.text(progress(0)) == ""
    pace.see([progress(20 * SECOND)], now=110.0)
    assert pace.text(progress(20 * SECOND)) == "2.0 x, 0:50 left"
    pace.see([progress(20 * SECOND)], now=110.0 + LOOK_BACK_S)
    assert pace.rate(progress(20 * SECOND)) == 0.0
    assert pace.text(replace(progress(20 * SECOND), state="done")) == ""


def test_a_bar_is_as_wide_however_far_it_is():
    assert [len(bar(done)) for done in (0.0, 0.1, 50.0, 99.9, 100.0)] == [10] * 5
    assert bar(100.0) != bar(99.0)
    assert percent(replace(progress(0), total_us=0, state="done")) == 100.0
