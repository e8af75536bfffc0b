from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from aima.cli.app import app
from aima.services.exports import Export
from aima.settings import load_settings
from tests.persons_made import add_medium, made_run, made_track, record


@pytest.fixture
def archive(stores, database, monkeypatch, tmp_path):
    """One person in a.mp4 and b.mp4."""
    monkeypatch.setenv("AIMA_STORES__POSTGRES", database)
    monkeypatch.setenv("AIMA_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    load_settings.cache_clear()
    add_medium(stores, "a.mp4")
    add_medium(stores, "b.mp4")
    record(stores, made_run([made_track("a.mp4", 1, 3), made_track("b.mp4", 0, 9)], [0, 1]))
    yield stores
    load_settings.cache_clear()


def aima(*arguments: str):
    return CliRunner().invoke(app, ["export", *arguments])


def test_the_json_document_keeps_to_its_schema(archive):
    document = Export.model_validate_json(aima("--json").stdout)
    assert [m.filename for m in document.media] == ["a.mp4", "b.mp4"]


def test_one_medium_can_be_scored_as_it_is(archive):
    document = json.loads(aima("--json", "--medium", "b.mp4").stdout)
    (medium,) = document["media"]
    assert [p["intervals"] for p in medium["persons"]] == [[[0.0, 9.0]]]


def test_people_get_a_table(archive):
    text = aima().stdout
    assert all(word in text for word in ("a.mp4", "Unknown 1", "0:01.0-0:03.0"))


def test_the_schema_needs_no_database(monkeypatch):
    monkeypatch.delenv("AIMA_STORES__POSTGRES", raising=False)
    result = aima("--schema")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["title"] == "Export"


def test_an_unknown_medium_is_refused_in_json(archive):
    result = aima("--json", "--medium", "c.mp4")
    assert result.exit_code == 3
    assert json.loads(result.stdout)["error"]["code"] == "media_missing"
