from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from aima.cli.app import app
from aima.domain.observation import EXPRESSIONS
from aima.settings import load_settings
from aima.stores.postgres import PostgresStores
from tests.persons_made import add_medium, made_run, made_track, record

TRACKS = [made_track("a.mp4", 0, 5), made_track("a.mp4", 0, 4, left=400), made_track("b.mp4", 1, 2)]
BY_NAME = sorted(range(len(EXPRESSIONS)), key=EXPRESSIONS.__getitem__)
"""The order of expressions in JSON, whose keys are sorted."""


@pytest.fixture
def archive(database, monkeypatch, tmp_path):
    """Persons 1 (in a.mp4 and b.mp4) and 2, in a database that the settings name."""
    monkeypatch.setenv("AIMA_STORES__POSTGRES", database)
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
    return CliRunner().invoke(app, ["persons", *arguments])


def said(*arguments: str):
    result = aima(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_list_shows_people_and_programs_the_same(archive):
    shown = aima("list")
    assert shown.exit_code == 0, shown.output
    persons = said("list")
    assert [p["label"] for p in persons] == ["Unknown 1", "Unknown 2"]
    assert persons[0]["seen"] == 6.0
    assert all(p["label"] in shown.stdout and p["id"][:8] in shown.stdout for p in persons)
    assert "aima persons sheet" in shown.stdout


@pytest.mark.parametrize("width", [80, 120])
def test_a_line_of_the_list_fits_the_terminal_and_tells_where_to_look(archive, stores, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    long = "a film with a name that is longer than any terminal is wide " * 3
    add_medium(stores, long)
    record(stores, made_run([*TRACKS, made_track(long, 3, 60)], [0, 2], [1], [3], inputs="second"))
    lines = aima("list").stdout.splitlines()
    assert max(map(len, lines)) <= width
    (longest,) = [line for line in lines if "a film" in line]
    assert longest.startswith("Unknown 3")
    assert (longest.count("0:03.0 a film"), longest.count("…")) == (2, 2)
    (one,) = [line.split() for line in lines if line.startswith("Unknown 1")]
    assert one[3:] == ["0:06.0", "-", "2", "0:00.0", "a.mp4", "0:01.0", "b.mp4"]


def test_show_gives_intervals_in_seconds_and_the_evidence(archive):
    detail = said("show", "#1")
    assert [(s["filename"], s["start"], s["end"]) for s in detail["appearances"]] == [
        ("a.mp4", 0.0, 5.0),
        ("b.mp4", 1.0, 2.0),
    ]
    assert detail["tracks"][0]["shares"] == {"face": 2.0}
    assert detail["run"]["models"] == {"face_embedder": "faces@1"}
    text = aima("show", "#1").stdout
    assert all(word in text for word in ("Unknown 1", "0:05.0", "face +2.0", "faces@1", "none was kept"))


@pytest.mark.parametrize(
    ("given", "name", "words"),
    [
        ((0.02, 0.9, 0.02, 0.02, 0.02, 0.01, 0.01), "happiness", "expression: happiness (90%)"),
        ((0.3, 0.35, 0.05, 0.1, 0.1, 0.05, 0.05), "uncertain", "expression: uncertain (happiness 35%, neutral 30%)"),
    ],
)
def test_show_names_the_expression_or_the_doubt(archive, stores, given, name, words):
    assert said("show", "#2")["expression"] is None
    seen = replace(TRACKS[1], expression=np.array(given, np.float32))
    record(stores, made_run([TRACKS[0], seen, TRACKS[2]], [0, 2], [1], inputs="with emotion"))
    expression = said("show", "#2")["expression"]
    assert expression["name"] == name
    assert list(expression["probabilities"].values()) == pytest.approx([given[i] for i in BY_NAME], abs=1e-6)
    assert words in aima("show", "#2").stdout
    assert "expression:" not in aima("show", "#1").stdout


def test_name_split_merge_undo_and_history_in_a_row(archive):
    assert "is now Anna" in aima("name", "#1", "Anna").stdout
    part = said("show", "Anna")["appearances"][1]["id"]
    split = said("split", "Anna", part)
    assert {p["label_after"] for p in split["persons"]} == {"Anna", "Unknown 3"}
    assert said("merge", "#2", "#3")["event"]["kind"] == "merged"
    assert said("undo")["event"]["payload"] == {"event_id": said("history")[3]["event"]["event_id"]}
    assert [p["label"] for p in said("list")] == ["Anna", "Unknown 2", "Unknown 3"]
    assert [entry["stands"] for entry in said("history")] == [True, True, True, False, True]
    assert "#3 was merged into #2" in aima("history").stdout
    assert "Unknown 1" in aima("name", "Anna", "--clear").stdout
    assert said("verify")["ok"]


def test_undo_says_what_no_longer_applies(archive):
    part = said("show", "#1")["tracks"][1]["id"]
    aima("split", "#1", part)
    aima("name", "#3", "Anna")
    assert "no longer applies" in aima("undo", "2").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (["show", "Nobody"], 5, "person_unknown"),
        (["merge", "#1", "#2"], 5, "decision_impossible"),
        (["undo", "99"], 5, "event_unknown"),
        (["name", "#1"], 2, "--clear"),
        (["name", "#1", " "], 5, "1 to 200"),
    ],
)
def test_errors_are_one_line_with_an_exit_code_and_change_nothing(archive, arguments, code, word):
    result = aima(*arguments)
    assert result.exit_code == code
    assert word in result.stderr
    assert len(said("history")) == 1


def test_an_error_is_json_where_json_was_asked_for(archive):
    result = aima("show", "Nobody", "--json")
    assert result.exit_code == 5
    assert json.loads(result.stdout)["error"]["code"] == "person_unknown"


def test_markup_and_control_characters_in_names_are_shown_not_obeyed(archive):
    aima("name", "#1", "[bold red]Anna")
    assert "[bold red]Anna" in aima("list").stdout


def test_a_damaged_projection_fails_verify_until_it_is_mended(archive, stores):
    with stores.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE persons SET name = 'Eve'")
    result = aima("verify")
    assert (result.exit_code, "ledger_broken" in result.stderr) == (6, True)
    assert said("verify", "--mend")["mended"]
    assert aima("verify").exit_code == 0


def test_a_stopped_database_is_one_line_and_exit_code_7(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    url = f"postgresql://aima@127.0.0.1:{port}/aima"
    environment = os.environ | {"AIMA_STORES__POSTGRES": url, "AIMA_HOME": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-m", "aima", "persons", "list"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 7
    assert f"127.0.0.1:{port} does not answer" in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1
