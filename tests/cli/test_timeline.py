from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from aima.cli.app import app
from aima.cli.timeline import MOST, bar
from aima.domain.finding import Sighting
from aima.domain.media import MediaInfo
from aima.settings import load_settings
from tests.hearings_made import made_hearing
from tests.persons_made import add_medium, made_medium
from tests.services.test_timelines import fill, finding

IMAGE = MediaInfo("image", "jpeg", "mjpeg", 10, 10, 0, 0.0)


@pytest.fixture
def archive(stores, database, monkeypatch, tmp_path):
    """The films of the tests of time lines."""
    monkeypatch.setenv("AIMA_STORES__POSTGRES", database)
    monkeypatch.setenv("AIMA_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "120")
    load_settings.cache_clear()
    fill(stores)
    yield stores
    load_settings.cache_clear()


def aima(*arguments: str):
    return CliRunner().invoke(app, ["timeline", *arguments])


def test_lanes_with_bars_for_people(archive):
    result = aima("a.mp4")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert "1:00.0, 2 shots" in lines[0]
    (dog,) = (line for line in lines if line.startswith("dog"))
    assert "\u2588" in dog
    assert dog.split()[-3:] == ["up", "to", "2"]
    assert "0:04.0" in dog
    assert any("happiness" in line and "0:06.0" in line for line in lines)
    assert all(len(line) <= 120 for line in lines)


def test_the_same_for_programs_with_times_in_seconds(archive):
    found = json.loads(aima("a.mp4", "--json").stdout)
    assert found["duration"] == 60.0
    assert found["shots"][1] == {"no": 1, "start": 15.0, "end": 60.0}
    assert [span["start"] for span in found["persons"][0]["spans"]] == [0.0, 20.0]
    assert [(span["start"], span["end"], span["most"]) for span in found["objects"][0]["spans"]] == [
        (1.0, 4.0, 2),
        (30.0, 31.0, 1),
    ]
    assert len(found["digest"]) == 64


def test_speakers_and_sounds_have_lanes_and_the_way_to_the_transcript_is_told(archive):
    archive.hearings.record(made_hearing("a.mp4", [(1.0, 3.0, 0, "Hello."), (5.0, 6.0, 0, "Well.")], [(8, 9, "music")]))
    shown = aima("a.mp4").stdout
    (speaker,) = (line for line in shown.splitlines() if line.startswith("Speaker 1"))
    assert speaker.split()[-3:] == ["0:03.0", "2", "utterances"]
    assert any(line.startswith("music") for line in shown.splitlines())
    found = json.loads(aima("a.mp4", "--json").stdout)
    assert f"2 utterances, see: aima transcript {found['medium']['id'][:8]}" in shown
    assert [turn["start"] for turn in found["speakers"][0]["turns"]] == [1.0, 5.0]
    assert [(one["speaker"], one["text"]) for one in found["utterances"]] == [(0, "Hello."), (0, "Well.")]
    assert found["sounds"] == [{"label": "music", "spans": [{"start": 8.0, "end": 9.0, "score": 0.75}]}]


def test_many_lanes_are_cut_and_said_so(archive):
    film = add_medium(archive, "c.mp4")
    many = tuple(finding(film.content_id, "text", f"line {n}", n, n + 1) for n in range(MOST + 3))
    archive.sightings.record(Sighting(film.content_id, "inputs", (), many))
    said = aima("c.mp4").stdout
    assert f"{MOST + 3} lines of writing" in said
    assert "and 3 more" in said
    assert len(json.loads(aima("c.mp4", "--json").stdout)["texts"]) == MOST + 3


def test_the_report_is_written_where_it_is_wanted(archive, tmp_path):
    target = tmp_path / "a.html"
    assert json.loads(aima("a.mp4", "--report", str(target), "--json").stdout)["report"] == str(target)
    assert "Unknown 1" in target.read_text()


def test_an_unknown_medium_is_one_line_and_exit_code_3(archive):
    result = aima("z.mp4")
    assert result.exit_code == 3
    assert "there is no medium 'z.mp4'" in result.stderr


@settings(deadline=None, derandomize=True)
@given(
    st.integers(1, 1000), st.integers(1, 80), st.lists(st.tuples(st.integers(0, 1000), st.integers(1, 50)), max_size=5)
)
def test_a_bar_is_full_exactly_where_a_span_touches_it(end: int, width: int, drawn: list[tuple[int, int]]):
    spans = [(start, start + length) for start, length in drawn if start < end]
    cells = bar(spans, end, width)
    assert len(cells) == width
    for number, cell in enumerate(cells):
        touched = any(start * width < (number + 1) * end and number * end < stop * width for start, stop in spans)
        assert (cell == "\u2588") == touched


def test_a_picture_has_no_bars(archive):
    picture = replace(made_medium("p.jpg", archive.ensure_user("local")), info=IMAGE)
    archive.media.add(picture, [])
    shown = finding(picture.content_id, "object", "dog", 0, 0.2, most=3)
    archive.sightings.record(Sighting(picture.content_id, "inputs", (), (shown,)))
    said = aima(picture.media_id).stdout
    assert "picture" in said.splitlines()[0]
    assert "up to 3" in said
    assert "\u2588" not in said
