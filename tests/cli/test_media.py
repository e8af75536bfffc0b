from __future__ import annotations

import json
import os
import uuid
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from aima.cli.app import app
from aima.domain.job import Job
from aima.settings import load_settings
from tests.persons_made import add_medium, made_medium, made_run, made_track, record


@pytest.fixture
def archive(stores, database, monkeypatch, tmp_path):
    """a.mp4 with a person and a job that left something out."""
    monkeypatch.setenv("AIMA_STORES__POSTGRES", database)
    monkeypatch.setenv("AIMA_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    load_settings.cache_clear()
    medium = add_medium(stores, "a.mp4")
    job = Job(str(uuid.uuid4()), medium.media_id, {"face_detector": {}})
    stores.jobs.add(job)
    stores.jobs.set_state(job.job_id, "done", code="partial", detail="the file is truncated")
    record(stores, made_run([made_track("a.mp4", 1, 3)], [0]))
    yield stores
    load_settings.cache_clear()


def aima(*arguments: str):
    return CliRunner().invoke(app, ["media", *arguments])


def test_list_tells_state_and_remark(archive):
    (medium,) = json.loads(aima("list", "--json").stdout)
    assert (medium["filename"], medium["persons"], medium["duration"]) == ("a.mp4", 1, 60.0)
    assert medium["job"]["code"] == "partial"
    text = aima("list").stdout
    assert all(word in text for word in ("a.mp4", "1:00.0", "done, partial"))
    assert text.splitlines()[-1].endswith("): the file is truncated")


def test_show_tells_who_is_seen_when(archive):
    detail = json.loads(aima("show", "a.mp4", "--json").stdout)
    assert detail["persons"][0]["intervals"] == [[1.0, 3.0]]
    assert detail["segments"] == [{"no": 0, "stream": "sight", "start": 0.0, "end": 60.0}]
    text = aima("show", "a.mp4").stdout
    assert all(word in text for word in ("Unknown 1", "0:01.0", "0:03.0", "1280x720"))


def test_odd_names_are_shown_escaped_also_in_json(archive):
    name = os.fsdecode(b"caf\xe9\n.mp4")
    archive.media.add(replace(made_medium("odd", archive.ensure_user("local")), filename=name, path=f"/m/{name}"), [])
    assert "caf\\xe9\\n.mp4" in aima("list").stdout
    assert json.loads(aima("show", "caf\\xe9\\n.mp4", "--json").stdout)["path"] == "/m/caf\\xe9\\n.mp4"


def test_an_unknown_medium_is_one_line_and_exit_code_3(archive):
    result = aima("show", "b.mp4")
    assert result.exit_code == 3
    assert "there is no medium 'b.mp4'" in result.stderr
