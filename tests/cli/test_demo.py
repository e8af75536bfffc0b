"""`aima demo`: what it promises to a stranger, on the real stack."""

from __future__ import annotations

import json
import os
import pty
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from aima.services.sample import portraits
from aima.settings import Settings

SLACK_S = 0.5
"""How far an appearance may begin or end from the truth; samples lie 0.2 s apart."""


def run(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "aima", *arguments]
    return subprocess.run(command, env=environment(settings), capture_output=True, text=True, check=False, timeout=400)


def environment(settings: Settings) -> dict[str, str]:
    return {
        **os.environ,
        "AIMA_HOME": str(settings.home),
        "AIMA_MODELS__DIR": str(settings.models_dir),
        "AIMA_STORES__POSTGRES": str(settings.stores.postgres),
    }


def answer(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def demonstration(workspace: Settings) -> dict[str, Any]:
    """The answer of the first run."""
    return answer(run(workspace, "demo", "--json"))


@pytest.fixture(scope="module")
def truth(workspace: Settings, demonstration: dict[str, Any]) -> dict[str, Any]:
    return json.loads((workspace.home / "sample" / "truth" / "film.truth.json").read_text())


def intervals(person: dict[str, Any], filename: str) -> list[tuple[float, float]]:
    return [(a["start"], a["end"]) for a in person["appearances"] if a["filename"] == filename]


def test_finds_the_two_persons_when_they_are_there(demonstration, truth) -> None:
    assert [file["state"] for file in demonstration["files"]] == ["done"] * 3
    found = sorted(intervals(person, "film.mp4") for person in demonstration["persons"])
    expected = sorted(truth["persons"].values())
    assert len(found) == 2
    for seen, true in zip(found, expected, strict=True):
        assert [time for interval in seen for time in interval] == pytest.approx(
            [time for interval in true for time in interval], abs=SLACK_S
        )


def test_finds_the_astronaut_in_the_other_picture_too(demonstration) -> None:
    elsewhere = [person for person in demonstration["persons"] if intervals(person, "portrait.jpg")]
    assert len(elsewhere) == 1
    assert intervals(elsewhere[0], "film.mp4")[0][0] < SLACK_S, "the one whom the film shows first"
    assert not any(intervals(person, "coffee.jpg") for person in demonstration["persons"])


def test_shows_where_to_look(demonstration) -> None:
    assert demonstration["purpose"] == "demonstration"
    assert all(Path(person["picture"]).read_bytes().startswith(b"\xff\xd8") for person in demonstration["persons"])
    sheet = Path(demonstration["sheet"]).read_text("utf-8")
    assert all(person["label"] in sheet for person in demonstration["persons"])
    assert demonstration["dashboard"].startswith("http://127.0.0.1:")


def test_a_second_run_is_quick_and_changes_nothing(workspace, demonstration) -> None:
    again = answer(run(workspace, "demo", "--json"))
    assert again["seconds"] < 90
    assert again["changed"] is False
    assert all(file["known"] for file in again["files"])
    assert again["persons"] == demonstration["persons"]


def test_says_in_words_what_it_did_and_what_comes_next(workspace, demonstration) -> None:
    done = run(workspace, "demo")
    assert done.returncode == 0, done.stderr
    for words in (
        'Purpose: "demonstration"',
        "Nothing is sent anywhere",
        "nothing changed",
        "Unknown 1",
        "0:00.0 - 0:08.",
        "persons show",
        "persons.html",
        "picture: ",
        "down",
    ):
        assert words in done.stdout


def test_the_search_and_the_time_line_that_it_names_answer(workspace, demonstration) -> None:
    steps = [shlex.split(line) for line in run(workspace, "demo").stdout.splitlines()]
    (search,) = (step[1:] for step in steps if step[1:2] == ["search"])
    (timeline,) = (step[1:] for step in steps if step[1:2] == ["timeline"])
    found = answer(run(workspace, *search, "--json"))["answers"]
    assert {moment["filename"] for moment in found} >= {"film.mp4", "portrait.jpg"}
    assert found[0]["who"] == ["Unknown 1"]
    assert answer(run(workspace, *timeline, "--json"))["medium"]["filename"] == "film.mp4"


def test_a_terminal_with_colours_shows_the_faces(workspace, demonstration) -> None:
    parent, child = pty.openpty()
    colours = {"COLORTERM": "truecolor", "TERM": "xterm-256color", "COLUMNS": "120"}
    command = [sys.executable, "-m", "aima", "demo"]
    with subprocess.Popen(
        command, env=environment(workspace) | colours, stdout=child, stderr=subprocess.DEVNULL
    ) as process:
        os.close(child)
        shown = read_all(parent)
    assert process.returncode == 0
    assert shown.count("\u2580") >= 2 * 20 * 10
    assert "picture: " not in shown


def read_all(descriptor: int) -> str:
    """What a program wrote to its terminal until it closed it."""
    parts = []
    try:
        while part := os.read(descriptor, 65536):
            parts.append(part)
    except OSError:  # Linux ends a terminal without a writer like this
        pass
    os.close(descriptor)
    return b"".join(parts).decode()


def test_takes_files_of_ones_own(workspace, demonstration) -> None:
    own = answer(run(workspace, "demo", "--json", "--media", str(portraits(workspace)["grace_hopper"])))
    (person,) = own["persons"]
    assert {a["filename"] for a in person["appearances"]} == {"grace_hopper.jpg", "film.mp4"}
    assert [Path(file["path"]).name for file in own["files"]] == ["grace_hopper.jpg"]


def test_a_file_that_is_none_is_told_in_words(workspace, demonstration, tmp_path) -> None:
    fake = tmp_path / "fake.mp4"
    fake.write_text("no film")
    done = run(workspace, "demo", "--media", str(fake))
    assert done.returncode == 3
    assert "fake.mp4" in done.stdout


def test_a_path_that_is_missing_is_one_line(workspace, demonstration, tmp_path) -> None:
    done = run(workspace, "demo", "--media", str(tmp_path / "nothing"))
    assert done.returncode == 3
    assert next(line for line in done.stderr.splitlines() if "error:" in line).endswith("(media_missing)")


def test_the_sheet_can_be_written_anywhere(workspace, demonstration, tmp_path) -> None:
    target = tmp_path / "all.html"
    told = answer(run(workspace, "persons", "sheet", "--out", str(target), "--json"))
    assert told == {"path": str(target), "persons": 2}
    assert target.read_text("utf-8").count("<article>") == 2
