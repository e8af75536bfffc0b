"""How the command speaks, whatever names files and persons have."""

from __future__ import annotations

import json

import pytest
import typer

from aima.cli.output import emit_json, error_line, speaks, table, visible
from aima.errors import PersonUnknown

ODD = "a\nb\u202egpj [red]\udcfc.mp4"


def test_json_is_valid_utf8_even_for_names_that_are_not(capfdbinary):
    emit_json({"path": ODD, "who": "Jürgen"})
    written = capfdbinary.readouterr().out
    assert json.loads(written.decode("utf-8")) == {"path": ODD, "who": "Jürgen"}


def test_names_keep_their_letters_in_json_where_they_can(capsys):
    emit_json({"who": "Jürgen"})
    assert "Jürgen" in capsys.readouterr().out


def test_an_error_is_one_line_that_shows_what_is_hidden(capsys):
    error_line(f"{ODD} is empty", "copy it again", "media_empty")
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: a\\nb\\u202egpj [red]")
    assert line.endswith(" is empty - copy it again (media_empty)")


def test_markup_in_names_is_shown_and_not_obeyed(capsys):
    table("x[/b]", ("name",), [("[red]x[/red]",)])
    told = capsys.readouterr().out
    assert "x[/b]" in told
    assert "[red]x[/red]" in told


def test_visible_leaves_ordinary_text_alone():
    assert visible("Ünïcode, 😀 and more") == "Ünïcode, 😀 and more"


def test_an_error_of_ours_becomes_its_exit_code(capsys):
    @speaks
    def command(as_json: bool = False) -> None:
        raise PersonUnknown("nobody is called X", "see: aima persons list")

    with pytest.raises(typer.Exit) as left:
        command(as_json=True)
    assert left.value.exit_code == 5
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "person_unknown"
