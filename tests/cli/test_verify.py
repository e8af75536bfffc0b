"""`aima verify`, `aima rebuild` and what commands do at their end, on real servers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from aima.bootstrap import open_services
from aima.cli.app import app
from aima.settings import Settings, Stores, load_settings
from aima.stores.documents import Document
from tests.following import within
from tests.persons_made import add_medium, made_run, made_track, record

AWAY = "mongodb://127.0.0.1:1"
NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def archive(settings, servers, database, server_url, mongo_url, milvus_url, tmp_path, monkeypatch) -> Settings:
    """Persons 1 and 2 in a.mp4, in documents and vectors of their own; the settings of this process."""
    stores = Stores(postgres=database, mongo=mongo_url, milvus=milvus_url)
    own = settings.model_copy(update={"stores": stores, "archive": tmp_path / "archive", "home": tmp_path})
    monkeypatch.setenv("AIMA_HOME", str(own.home))
    monkeypatch.setenv("AIMA_ARCHIVE", str(own.archive))
    for name, value in stores.model_dump(include={"postgres", "mongo", "milvus"}).items():
        monkeypatch.setenv(f"AIMA_STORES__{name.upper()}", value)
    load_settings.cache_clear()
    with open_services(own) as services:
        services.documents.drop_all()
        services.vectors.drop_all()
        add_medium(services.stores, "a.mp4")
        tracks = [made_track("a.mp4", 0, 5), made_track("a.mp4", 0, 4, left=400)]
        record(services.stores, made_run(tracks, [0], [1]))
        yield own
        services.documents.drop_all()
        services.vectors.drop_all()
    load_settings.cache_clear()


def run(*arguments: str):
    return CliRunner().invoke(app, arguments)


def test_a_clean_archive_is_told_in_a_line(archive):
    done = run("verify")
    assert done.exit_code == 0
    assert "every store says what the truth says" in done.stdout
    assert json.loads(run("verify", "--deep", "--json").stdout)["ok"]


def test_what_differs_is_told_with_what_mends_it_and_mended(archive):
    assert run("verify").exit_code == 0
    with open_services(archive) as services:
        one, _ = services.stores.persons.all()
        body = services.documents.get("person_dossiers", one.person_id)
        del body["version"]
        services.documents.replace("person_dossiers", one.person_id, [], 10**6)
        services.documents.replace("person_dossiers", NOBODY, [Document(NOBODY, body, "0" * 64)], 1)
    done = run("verify")
    assert done.exit_code == 7
    assert {"missing", "phantom", "--repair"} <= set(done.stdout.split())
    found = json.loads(run("verify", "--json").stdout)["found"]
    assert {(d["store"], d["kind"], d["id"]) for d in found} == {
        ("documents", "missing", one.person_id),
        ("documents", "phantom", NOBODY),
    }
    mended = run("verify", "--repair")
    assert mended.exit_code == 0
    assert "2 differences mended" in mended.stdout
    assert run("verify").exit_code == 0


def test_a_server_that_is_away_is_a_row_and_no_traceback(archive, monkeypatch):
    monkeypatch.setenv("AIMA_STORES__MONGO", AWAY)
    load_settings.cache_clear()
    done = run("verify", "--json")
    assert done.exit_code == 7
    (found,) = json.loads(done.stdout)["left"]
    assert (found["store"], found["kind"]) == ("documents", "away")
    assert "documents at 127.0.0.1:1" in found["detail"]


def test_a_decision_is_made_though_a_server_is_away_and_carried_over_later(archive, monkeypatch):
    assert run("verify").exit_code == 0
    monkeypatch.setenv("AIMA_STORES__MONGO", AWAY)
    load_settings.cache_clear()
    done = run("persons", "name", "#1", "Somebody", "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)
    assert "documents at 127.0.0.1:1" in done.stderr
    assert "wait until it is back" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    monkeypatch.setenv("AIMA_STORES__MONGO", archive.stores.mongo)
    load_settings.cache_clear()
    assert json.loads(run("verify", "--json").stdout) == {"ok": True, "found": [], "left": []} | seconds()


class Anything:
    def __eq__(self, other: object) -> bool:
        return isinstance(other, float)

    __hash__ = None


def seconds() -> dict[str, object]:
    return {"seconds": Anything()}


@pytest.mark.parametrize("what", ["documents", "vectors"])
def test_a_store_that_lost_everything_is_made_anew(archive, what):
    assert run("verify").exit_code == 0
    with open_services(archive) as services:
        before = sorted(stamp.digest for stamp in services.documents.stamps("person_dossiers"))
        (services.documents if what == "documents" else services.vectors).drop_all()
    done = run("rebuild", what, "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["rebuilt"] == what
    assert run("verify").exit_code == 0
    with open_services(archive) as services:
        assert sorted(stamp.digest for stamp in services.documents.stamps("person_dossiers")) == before
    assert len(before) == 2


def test_nothing_else_can_be_rebuilt(archive):
    done = run("rebuild", "persons")
    assert done.exit_code == 2
    assert "choose one of: documents, vectors" in done.stderr


def test_the_relay_carries_over_what_comes_and_ends_when_told(archive):
    environment = os.environ | {"AIMA_LOG_LEVEL": "warning"}
    command = [sys.executable, "-m", "aima", "relay"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) as process:
        try:
            assert within(30, (archive.home / "run" / "relay.heartbeat").exists)
            with open_services(archive) as services:
                assert within(30, lambda: is_up(services))
                add_medium(services.stores, "b.mp4")
                assert within(10, lambda: is_up(services))
                assert within(10, lambda: lags(services) == set(services.projections.names))
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=15) == 0
        assert process.stderr.read() == b""


def lags(services) -> set[str]:
    """The consumers of which it was noted how far they lag."""
    noted = services.stores.metrics.since("outbox_lag", datetime.now(UTC) - timedelta(minutes=5))
    return {metric.labels["consumer"] for metric in noted}


def is_up(services) -> bool:
    head = services.stores.outbox.head()
    cursors = services.stores.outbox.cursors()
    return all(cursors.get(name, -1) >= head for name in services.projections.names)
