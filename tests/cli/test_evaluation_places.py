"""Places of results: a home for ~, what is refused before any work, and a new folder for each evaluation."""

from __future__ import annotations

from pathlib import Path

import pytest

from aima.cli.evaluation_places import Wanted, new_folder
from aima.errors import OutputRefused


def test_a_tilde_is_the_home_in_every_place(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    wanted = Wanted.of(Path("~/out"), Path("~/page.html"), Path("~/deep/cards.json"))
    assert wanted == Wanted(tmp_path / "out", tmp_path / "page.html", tmp_path / "deep" / "cards.json")
    wanted.check()
    assert [path.name for path in tmp_path.iterdir()] == ["deep"]


def test_nothing_is_wanted_that_was_not_asked_for():
    assert Wanted.of(None, None, None) == Wanted(None, None, None)


@pytest.mark.parametrize("option", ["predictions", "report", "cards"])
def test_what_can_hold_no_result_is_refused_before_any_work(tmp_path, option):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "letter.txt").write_text("mine")
    places = dict.fromkeys(("predictions", "report", "cards")) | {option: tmp_path / "taken"}
    with pytest.raises(OutputRefused, match="taken"):
        Wanted.of(**places).check()


def test_nobody_has_no_home():
    with pytest.raises(OutputRefused, match="home"):
        Wanted.of(None, Path("~nobody-of-this-name/page.html"), None)


def test_evaluations_of_one_second_do_not_share_a_folder(tmp_path):
    made = [new_folder(tmp_path / "evaluations") for _ in range(5)]
    assert len(set(made)) == 5
    assert all(folder.is_dir() for folder in made)
    assert any(folder.name.endswith("-2") for folder in made)


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path):
    (tmp_path / "evaluations").symlink_to("nowhere/deep")
    with pytest.raises(OSError, match="exists"):
        new_folder(tmp_path / "evaluations")
