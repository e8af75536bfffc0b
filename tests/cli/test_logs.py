from __future__ import annotations

import json
import threading
import time

import pytest
from typer.testing import CliRunner

from aima.bootstrap import open_services
from aima.cli.app import app
from aima.services import journal
from aima.settings import load_settings
from aima.stores.mongo import client
from aima.telemetry import records


@pytest.fixture
def settings(database, mongo_url, namespace, monkeypatch, tmp_path):
    """Of a process whose stores are empty."""
    monkeypatch.setenv("AIMA_STORES__POSTGRES", database)
    monkeypatch.setenv("AIMA_STORES__MONGO", mongo_url)
    monkeypatch.setenv("AIMA_STORES__NAMESPACE", namespace)
    monkeypatch.setenv("AIMA_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    load_settings.cache_clear()
    yield load_settings()
    load_settings.cache_clear()


def logs(*arguments: str):
    result = CliRunner().invoke(app, ["logs", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def lines(*arguments: str, least: int = 1) -> list[dict[str, object]]:
    """What is logged, once there is so much: lines are not acknowledged."""
    end = time.monotonic() + 10
    while len(found := json.loads(logs(*arguments, "--json"))) < least and time.monotonic() < end:
        time.sleep(0.1)
    return found


def test_what_happens_to_jobs_can_be_read_after_the_process_has_ended(settings):
    assert json.loads(logs("--json")) == []
    with open_services(settings):
        journal.job_ended("11111111-aaaa", "done", None, media_id="medium")
        journal.job_ended("22222222-bbbb", "failed", "decoder_died")
    newest, older = lines(least=2)
    assert (newest["level"], newest["component"]) == ("warning", "aima.services.analyses")
    assert newest["related_ids"] == {"job_id": "22222222-bbbb"}
    assert older["related_ids"] == {"job_id": "11111111-aaaa", "media_id": "medium"}
    assert [one["related_ids"]["job_id"] for one in lines("--job", "2222")] == ["22222222-bbbb"]
    assert [one["message"] for one in lines("--level", "warning")] == ["job ended"]
    assert json.loads(logs("--limit", "1", "--json")) == [newest]
    shown = logs()
    assert "decoder_died" in shown
    assert "2 log lines" in shown


def test_a_server_that_is_away_costs_a_process_moments_and_no_error(settings, monkeypatch):
    monkeypatch.setenv("AIMA_STORES__MONGO", "mongodb://127.0.0.1:1/")
    load_settings.cache_clear()
    begun = time.monotonic()
    with open_services(load_settings()):
        journal.job_ended("11111111-aaaa", "done", None)
    assert time.monotonic() - begun < 10
    result = CliRunner().invoke(app, ["logs"])
    assert result.exit_code == 7
    assert "documents at 127.0.0.1:1" in result.output


def test_a_server_that_stays_away_leaves_no_connections_behind(settings, monkeypatch):
    """A process that runs for days tries again and again."""
    monkeypatch.setattr(records, "PAUSE_S", 0.02)
    monkeypatch.setattr(records, "REST_S", 0.02)
    monkeypatch.setattr(client, "SELECT_MS", 50)
    monkeypatch.setenv("AIMA_STORES__MONGO", "mongodb://127.0.0.1:1/")
    load_settings.cache_clear()
    before = threading.active_count()
    with open_services(load_settings()):
        for _ in range(20):
            journal.job_ended("11111111-aaaa", "done", None)
            time.sleep(0.1)
        assert threading.active_count() - before <= 5
