from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from aima.cli.app import app
from aima.domain.clock import clock, from_clock
from aima.domain.media import Medium
from aima.settings import load_settings
from tests.hearings_made import made_hearing
from tests.persons_made import made_medium

TALK = [
    (1.0, 3.0, 0, "Guten Morgen."),
    (62.0, 65.0, 1, "[bold]Wie[/bold] geht es Ihnen?"),
    (70.0, 71.0, None, "Gut."),
]


@pytest.fixture
def archive(stores, database, monkeypatch, tmp_path):
    """talk.mp4 is heard, the others are not."""
    monkeypatch.setenv("AIMA_STORES__POSTGRES", database)
    monkeypatch.setenv("AIMA_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "60")
    load_settings.cache_clear()
    add(stores, "talk.mp4")
    stores.hearings.record(made_hearing("talk.mp4", TALK, [(10.0, 20.0, "music")], language="de"))
    yield stores
    load_settings.cache_clear()


def add(stores, name: str, sounds: bool = True, **details: str) -> Medium:
    medium = made_medium(name, stores.ensure_user("local"), 90)
    return stores.media.add(replace(medium, info=replace(medium.info, has_sound=sounds, details=details)), [])


def aima(*arguments: str):
    return CliRunner().invoke(app, ["transcript", *arguments])


def test_who_says_what_when_for_people_also_in_a_narrow_terminal(archive):
    result = aima("talk.mp4")
    assert result.exit_code == 0
    head, *lines = result.stdout.splitlines()
    assert "1:30.0, 2 speakers, de" in head
    assert lines == [
        "0:01.0  Speaker 1: Guten Morgen.",
        "0:10.0  [music until 0:20.0]",
        "1:02.0  Speaker 2: [bold]Wie[/bold] geht es Ihnen?",
        "1:10.0  Gut.",
    ]


def test_the_same_for_programs(archive):
    found = json.loads(aima("talk.mp4", "--json").stdout)
    assert found["remark"] is None
    assert found["medium"]["filename"] == "talk.mp4"
    said = found["transcript"]["utterances"]
    first = {name: said[0][name] for name in ("start", "end", "speaker", "text")}
    assert first == {"start": 1.0, "end": 3.0, "speaker": "Speaker 1", "text": "Guten Morgen."}
    assert [word["text"] for word in said[0]["words"]] == ["Guten", "Morgen."]


def test_a_stretch_holds_what_reaches_into_it(archive):
    def texts(*limits: str) -> list[str]:
        found = json.loads(aima("talk.mp4", "--json", *limits).stdout)["transcript"]
        return [one["text"] for one in found["utterances"]]

    assert texts("--from", "1:04.5") == ["[bold]Wie[/bold] geht es Ihnen?", "Gut."]
    assert texts("--from", "3", "--to", "1:02") == []
    assert texts("--to", "2.5") == ["Guten Morgen."]


@pytest.mark.parametrize("kind", ["text", "srt", "vtt", "ttml", "rttm", "eaf", "csv", "json"])
def test_every_format_goes_to_a_file_or_to_another_program(archive, tmp_path, kind):
    piped = aima("talk.mp4", "--format", kind)
    path = tmp_path / "deep" / f"talk.{kind}"
    written = aima("talk.mp4", "--format", kind, "--output", str(path))
    assert (piped.exit_code, written.exit_code) == (0, 0)
    assert written.stdout.strip() == str(path)
    assert path.stat().st_mode & 0o777 == 0o600
    mark = "SPEAKER" if kind == "rttm" else "Guten Morgen."
    assert mark in path.read_text()
    assert mark in piped.stdout


def test_it_is_said_why_there_is_nothing(archive):
    add(archive, "silent.mp4", sounds=False)
    add(archive, "broken.mp4", sounds=False, sound_problem="no packet can be decoded")
    add(archive, "new.mp4")
    quiet = add(archive, "quiet.mp4")
    archive.hearings.record(made_hearing("quiet.mp4", []))
    assert aima("silent.mp4").stderr.strip() == "silent.mp4 has no sound"
    assert "broken.mp4 cannot be analysed: no packet can be decoded" in aima("broken.mp4").stderr
    assert f"aima analyze {quiet.path} --with speech" in aima("quiet.mp4").stderr
    unheard = aima("new.mp4")
    assert (unheard.exit_code, "the sound of new.mp4 was not analysed" in unheard.stderr) == (3, True)
    assert json.loads(aima("silent.mp4", "--json").stdout)["remark"] == "silent.mp4 has no sound"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("other.mp4",), 3, "there is no medium 'other.mp4'"),
        (("talk.mp4", "--from", "soon"), 2, "--from: 'soon' is no time such as 75, 1:15 or 0:01:15.5"),
        (("talk.mp4", "--to", "1:75:00"), 2, "--to: '1:75:00' is no time"),
        (("talk.mp4", "--format", "pdf"), 2, "pdf"),
        (("talk.mp4", "--speakers", "0"), 2, "--speakers"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(archive, arguments, code, message):
    result = aima(*arguments)
    assert result.exit_code == code
    assert message in result.stderr


def test_a_file_that_cannot_be_written_is_named(archive, tmp_path):
    (tmp_path / "file").write_text("")
    result = aima("talk.mp4", "--format", "srt", "--output", str(tmp_path / "file" / "talk.srt"))
    assert (result.exit_code, "file/talk.srt" in result.stderr) == (2, True)


@settings(deadline=None, derandomize=True)
@given(st.integers(0, 35_999_999).map(lambda tenths: tenths * 100_000))
def test_times_that_are_shown_are_understood(us):
    assert from_clock(clock(us)) == us


@settings(deadline=None, derandomize=True)
@given(st.text("0123456789:. -", max_size=12))
def test_whatever_is_given_as_a_time_lies_behind_the_start_or_is_refused(text):
    with suppress(ValueError):
        assert from_clock(text) >= 0
        assert not {" ", "-"} & set(text.strip())
