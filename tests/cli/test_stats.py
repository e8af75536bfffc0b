from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from aima.cli.app import app
from aima.cli.stats import _ago
from aima.domain.metric import Metric
from aima.settings import load_settings
from tests.persons_made import SECOND, add_medium, made_run, made_track, record


@pytest.fixture
def archive(stores, database, monkeypatch, tmp_path):
    """A film with a person, and what decoding it took."""
    monkeypatch.setenv("AIMA_STORES__POSTGRES", database)
    monkeypatch.setenv("AIMA_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "120")
    load_settings.cache_clear()
    add_medium(stores, "a.mp4")
    record(stores, made_run([made_track("a.mp4", 1, 31)], [0]))
    stores.metrics.record([Metric("decode_cpu_s", 6.0, {"kind": "video", "media_us": 60 * SECOND})])
    yield stores
    load_settings.cache_clear()


def aima(*arguments: str):
    return CliRunner().invoke(app, ["stats", *arguments])


def test_figures_for_people_with_their_age(archive):
    said = aima("--refresh").stdout
    assert said.startswith("Figures of 0 seconds ago")
    assert all(words in said for words in ("Unknown 1", "0:30.0", "decode", "0.100 s a second", "database"))
    assert "Errors" not in said


def test_the_same_for_programs(archive):
    found = json.loads(aima("--refresh", "--json").stdout)
    assert found["kinds"] == [{"kind": "video", "media": 1, "analysed": 0, "bytes": 1000, "duration_us": 60 * SECOND}]
    assert found["persons"][0]["screen_us"] == 30 * SECOND
    assert found["stages"][0]["cpu_per_media_second"] == pytest.approx(0.1)
    assert 0 <= found["age_s"] < 60


def test_without_refresh_they_are_as_they_were_made(archive):
    aima("--refresh")
    add_medium(archive, "b.mp4")
    assert json.loads(aima("--json").stdout)["kinds"][0]["media"] == 1


@pytest.mark.parametrize("persons", ["0", "-1", "1001", "99999999999999999999"])
def test_odd_numbers_of_persons_are_refused(archive, persons):
    assert aima("--persons", persons).exit_code == 2


@pytest.mark.parametrize(
    ("age", "words"),
    [(3, "3 seconds"), (119, "119 seconds"), (600, "10 minutes"), (9000, "2 hours"), (200_000, "2 days")],
)
def test_an_age_in_words(age, words):
    assert _ago(age) == words
