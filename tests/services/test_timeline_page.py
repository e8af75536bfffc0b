from __future__ import annotations

import base64
import stat
from dataclasses import replace

import pytest

from aima.domain.finding import Finding, Shot
from aima.domain.speech import Sounding, Turn
from aima.services.timeline_page import timeline_html, write_timeline
from aima.services.timelines import FindingLane, PersonLane, Presence, SoundLane, SpeakerLane, Timeline
from aima.storage.archive import Archive
from tests.hearings_made import made_utterance
from tests.pages import Page, assert_stands_for_itself
from tests.persons_made import SECOND, made_medium


@pytest.fixture
def archive(tmp_path) -> Archive:
    opened = Archive(tmp_path / "archive")
    opened.put("crops/a.jpg", b"jpeg")
    return opened


def timeline(
    label: str = "Ada", text: str = "dog", picture: str | None = "crops/a.jpg", name: str = "a.mp4"
) -> Timeline:
    lane = PersonLane("p1", 1, label, (Presence(15 * SECOND, 30 * SECOND, 0.9, "happiness"),), picture)
    found = Finding("f1", "object", text, 0, 6 * SECOND, 0.8, 0, (1.0, 2.0, 3.0, 4.0))
    shots = (Shot(0, 0, 20 * SECOND), Shot(1, 20 * SECOND, 60 * SECOND))
    things = (FindingLane(text, (found,)),)
    return Timeline(made_medium(name, "owner"), 60 * SECOND, shots, (lane,), things, (), (), (), (), (), "d" * 64)


def test_shows_who_and_what_is_seen_when_with_the_picture(archive):
    page = Page(timeline_html(timeline(), archive))
    assert "1:00.0, 2 shots, 1 person" in page.text
    assert "0:15.0\u20130:30.0 happiness" in page.text
    assert page.values("src") == [f"data:image/jpeg;base64,{base64.b64encode(b'jpeg').decode()}"]
    assert page.values("style") == [
        "left:0.00%;width:0.00%", "left:33.33%;width:0.00%",
        "left:25.00%;width:25.00%", "left:0.00%;width:10.00%",
    ]  # fmt: skip
    assert "Writing" not in page.text


def test_shows_who_says_what_when_and_what_else_sounds(archive):
    speaker = SpeakerLane(0, "Speaker 1", (Turn("t1", "c", 0, 0, 6 * SECOND),))
    said = made_utterance("a.mp4", 1, 5, 0, "<b>Shalom</b> & hello.", "he")
    music = SoundLane("music", (Sounding("c", "music", 30 * SECOND, 45 * SECOND, 0.9),))
    heard = replace(timeline(), speakers=(speaker,), utterances=(said,), sounds=(music,))
    page = Page(timeline_html(heard, archive))
    assert "1:00.0, 2 shots, 1 person, 1 speaker" in page.text
    for words in ("Speaker 1", "0:06.0 in all", "0:01.0\u20130:05.0", "<b>Shalom</b> & hello.", "music"):
        assert words in page.text
    assert "he" in page.values("lang")
    assert_stands_for_itself(timeline_html(heard, archive))


def test_a_picture_that_is_gone_is_left_out(archive):
    for picture in ("crops/gone.jpg", None):
        assert "img" not in Page(timeline_html(timeline(picture=picture), archive)).tags


def test_it_stands_for_itself_whatever_is_written_in_the_medium(archive):
    evil = '</title><script>alert(1)</script><img src="x">'
    page = timeline_html(timeline(evil, evil, name=evil + ".mp4"), archive)
    assert_stands_for_itself(page)
    assert "script" not in Page(page).tags


def test_the_file_is_for_its_owner_alone(archive, tmp_path):
    path = write_timeline(timeline(), archive, tmp_path / "deep" / "a.html")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "Ada" in path.read_text()
