from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from aima.cli.app import app
from aima.settings import load_settings
from aima.stores.postgres import PostgresStores
from tests.persons_made import add_medium, made_run, made_track, record

TRACKS = [made_track("a.mp4", 0, 5), made_track("a.mp4", 3, 9, left=400), made_track("b.mp4", 1, 2)]


@pytest.fixture
def archive(database, mongo_url, namespace, monkeypatch, tmp_path):
    """Persons 1 (in a.mp4 and b.mp4) and 2, in stores that the settings name."""
    monkeypatch.setenv("AIMA_STORES__POSTGRES", database)
    monkeypatch.setenv("AIMA_STORES__MONGO", mongo_url)
    monkeypatch.setenv("AIMA_STORES__NAMESPACE", namespace)
    monkeypatch.setenv("AIMA_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    load_settings.cache_clear()
    with PostgresStores.open(database) as stores:
        add_medium(stores, "a.mp4")
        add_medium(stores, "b.mp4")
        record(stores, made_run(TRACKS, [0, 2], [1]))
    yield tmp_path
    load_settings.cache_clear()


def aima(*arguments: str):
    return CliRunner().invoke(app, [*arguments])


def said(*arguments: str):
    result = aima(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_people_and_programs_are_told_the_same(archive):
    told = said("dossier", "#1")
    assert told["source"] == "truth"
    assert told["person"]["label"] == "Unknown 1"
    dossier = told["dossier"]
    assert [(p["filename"], p["seconds"]) for p in sorted(dossier["appearances"], key=lambda p: p["filename"])] == [
        ("a.mp4", 5.0),
        ("b.mp4", 1.0),
    ]
    assert [(r["label"], r["seconds_together"]) for r in dossier["relationships"]] == [("Unknown 2", 2.0)]
    shown = aima("dossier", "#1")
    assert shown.exit_code == 0, shown.output
    for part in ("Unknown 1", "0:06.0 in 2 media", "a.mp4", "0:00.0-0:05.0", "0:01.0-0:02.0", "Unknown 2", "0:02.0"):
        assert part in shown.stdout
    assert "made from the database" in shown.stdout
    assert "not available: actions, clothing, restraints, speech, summary" in shown.stdout


def test_a_dossier_outlives_the_process_that_made_it(archive):
    built = said("dossier", "#1")
    caught_up = aima("rebuild", "documents")
    assert caught_up.exit_code == 0, caught_up.output
    stored = said("dossier", "#1")
    assert (stored["source"], stored["behind"], stored["remark"]) == ("documents", 0, None)
    assert stored["digest"] == built["digest"]
    assert stored["dossier"] == built["dossier"]
    assert "as of change" in aima("dossier", "#1").stdout


def test_the_report_is_one_private_page(archive, tmp_path):
    page = tmp_path / "new" / "dossier.html"
    result = aima("dossier", "#1", "--report", str(page))
    assert result.exit_code == 0, result.output
    assert str(page) in result.stdout
    assert "Unknown 1" in page.read_text()
    assert page.stat().st_mode & 0o077 == 0


def test_documents_that_are_away_hinder_nobody(archive, monkeypatch):
    monkeypatch.setenv("AIMA_STORES__MONGO", "mongodb://somebody:secret@127.0.0.1:1/")
    load_settings.cache_clear()
    shown = aima("dossier", "#1")
    assert shown.exit_code == 0, shown.output
    assert "because documents at 127.0.0.1:1 does not answer" in shown.stdout
    assert "secret" not in shown.output


def test_nobody_is_an_error_with_its_code(archive):
    result = aima("dossier", "nobody")
    assert result.exit_code == 5
    assert json.loads(aima("dossier", "nobody", "--json").stdout)["error"]["code"] == "person_unknown"
