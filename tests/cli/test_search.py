from __future__ import annotations

import json
import re

import pytest
from PIL import Image
from typer.testing import CliRunner

from aima.cli.app import app
from aima.settings import load_settings
from aima.stores.postgres import PostgresStores
from tests.hearings_made import made_hearing
from tests.pages import Page, assert_stands_for_itself
from tests.persons_made import add_medium, made_run, made_track, record
from tests.services.search.archive_made import face_space, finding, observe, package_pictures, sight

NASTY = "<b>film</b> & \x1b[31m.mp4"


@pytest.fixture(scope="module")
def pictures(settings):
    return package_pictures(settings)


@pytest.fixture
def archive(settings, database, monkeypatch, tmp_path):
    """A dog and a name in a.mp4, a bakery in a film with a nasty name; no server for vectors."""
    monkeypatch.setenv("AIMA_STORES__POSTGRES", database)
    monkeypatch.setenv("AIMA_STORES__MILVUS", "http://127.0.0.1:9")
    monkeypatch.setenv("AIMA_MODELS__DIR", str(settings.models_dir))
    monkeypatch.setenv("AIMA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    load_settings.cache_clear()
    with PostgresStores.open(database) as stores:
        for name in ("a.mp4", NASTY):
            add_medium(stores, name)
        observe(stores, "a.mp4", "face_embedder", face_space(settings).model_version)
        record(stores, made_run([made_track("a.mp4", 0, 70), made_track(NASTY, 0, 5)], [0, 1]))
        sight(stores, "a.mp4", [finding("a.mp4", "object", "dog", 61, 0.8, 2.5)])
        sight(stores, NASTY, [finding(NASTY, "text", "Bäckerei <i>", 2)])
    yield tmp_path
    load_settings.cache_clear()


def aima(*arguments: str):
    return CliRunner().invoke(app, ["search", *map(str, arguments)])


def said(*arguments: str):
    result = aima(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_people_and_programs_are_told_the_same(archive):
    (answer,) = said("--object", "dog")["answers"]
    assert (answer["filename"], answer["start"], answer["end"], answer["who"]) == ("a.mp4", 61.0, 63.5, ["Unknown 1"])
    assert answer["probability"] == pytest.approx(0.8, abs=1e-3)
    (reason,) = answer["reasons"]
    assert (reason["ask"], reason["text"], [e["kind"] for e in reason["evidence"]]) == ("object", "dog", ["finding"])
    shown = aima("--object", "dog").stdout
    for words in ("1 moment", "a.mp4", "1:01.0", "1:03.5", "Unknown 1", "80%"):
        assert words in shown


def test_answers_say_how_far_the_stores_are_and_what_was_not_asked(archive):
    alone = said("--person", "#1")
    assert (alone["behind"], alone["not_asked"], alone["models"]) == (0, [], {})
    assert alone["as_of_seq"] > 0
    words = said("--text", "baeckerei")
    assert [a["start"] for a in words["answers"]] == [2.0]
    assert words["not_asked"][0]["ask"] == "text"
    assert "meanings were not compared" in aima("--text", "baeckerei").output


def test_options_narrow(archive):
    assert said("--person", "#1", "--medium", "a.mp4", "--kind", "video")["answers"][0]["filename"] == "a.mp4"
    assert len(said("--person", "#1", "--limit", "1")["answers"]) == 1
    assert said("--person", "#1", "--to", "2001-01-01")["answers"] == []
    assert said("--person", "#1", "--object", "dog", "--within", "0")["answers"][0]["end"] == 63.5


def test_what_is_said_is_shown_with_time_speaker_and_the_words_that_were_found(archive, database):
    with PostgresStores.open(database) as stores:
        lines = [(75.0, 78.0, 0, "Heute Morgen war es kalt."), (80.0, 82.0, 1, "<i>Morgens</i> immer.")]
        stores.hearings.record(made_hearing("a.mp4", lines, language="de"))
    found = said("--said", "morgen")["answers"]
    assert [(a["start"], a["reasons"][0]["ask"], a["reasons"][0]["evidence"][0]["kind"]) for a in found] == [
        (75.0, "said", "utterance"),
        (80.0, "said", "utterance"),
    ]
    (mark,) = found[0]["reasons"][0]["marks"]
    assert found[0]["reasons"][0]["text"][slice(*mark)] == "Morgen"
    shown = aima("--said", "morgen").stdout
    assert "Speaker 1: \u201cHeute [Morgen] war es kalt.\u201d" in shown
    assert f"Next: aima timeline {found[0]['medium_id'][:8]}, aima transcript" in shown
    assert "--from 1:15.0" in shown
    aima("--text", "morgen", "--report", archive / "page.html")
    page = (archive / "page.html").read_text()
    assert_stands_for_itself(page)
    assert "<mark>Morgen</mark>" in page
    assert "&lt;i&gt;<mark>Morgens</mark>&lt;/i&gt;" in page


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 2, "nothing is asked for: give at least one of face, image, text, said, object, expression, person"),
        (("--kind", "video"), 2, "nothing is asked for"),
        (("--person", "#1", "--from", "someday"), 2, "from: "),
        (("--text", "dog", "--face-number", "1"), 2, "a number of a face needs a picture"),
        (("--person", "Nobody"), 5, "there is no person 'Nobody'"),
        (("--object", "dog", "--medium", "no.mp4"), 3, "there is no medium 'no.mp4'"),
        (("--person", "#1", "--report", "/proc/no/page.html"), 2, "/proc/no/page.html: No such file"),
        (("--face", "/nowhere/face.jpg"), 3, "face.jpg: cannot be opened"),
    ],
)
def test_what_cannot_be_asked_is_one_line_and_an_exit_code(archive, arguments, code, words):
    result = aima(*arguments)
    assert result.exit_code == code, result.output
    assert result.stderr.count("\n") == 1
    assert words in result.stderr
    as_json = aima(*arguments, "--json")
    assert as_json.exit_code == code
    assert words in json.loads(as_json.stdout)["error"]["message"]


def test_a_face_needs_the_vectors_and_their_server_is_named(archive, pictures):
    result = aima("--face", pictures["astronaut"])
    assert result.exit_code == 7, result.output
    assert "127.0.0.1:9" in result.stderr


def test_nothing_of_a_name_reaches_the_terminal_unescaped(archive):
    shown = aima("--text", "bäckerei").stdout
    assert "\x1b[31m" not in shown
    assert r"\x1b" in shown


def test_a_report_is_one_page_that_loads_nothing_and_shows_still_pictures(archive, database, pictures):
    with PostgresStores.open(database) as stores:
        medium = add_medium(stores, "still.jpg")
        with stores.engine.begin() as connection:
            change = "UPDATE media_files SET media_type = 'image', raw_path = %(path)s WHERE media_id = %(id)s"
            values = {"path": str(pictures["rocket"]).encode(), "id": medium.media_id}
            connection.exec_driver_sql(change, values)
        sight(stores, "still.jpg", [finding("still.jpg", "label", "rocket", 0)])
    target = archive / "found" / "page.html"
    result = aima("--text", "rocket", "--report", target)
    assert result.exit_code == 0, result.output
    assert str(target) in result.stdout.replace("\n", "")
    text = target.read_text()
    assert_stands_for_itself(text)
    page = Page(text)
    assert page.tags.count("article") == page.tags.count("img") == 1
    assert "label 'rocket'" in page.text
    assert target.stat().st_mode & 0o077 == 0
    aima("--text", "bäckerei", "--report", target)
    text = target.read_text()
    assert_stands_for_itself(text)
    assert "<b>film" not in text
    assert "\x1b" not in text
    assert "Bäckerei <i>" in Page(text).text


def test_help_needs_no_database_and_names_every_option(monkeypatch):
    monkeypatch.setenv("AIMA_STORES__POSTGRES", "postgresql://nobody@127.0.0.1:9/none")
    shown = aima("--help").stdout
    options = set(re.findall(r"--[a-z-]+", shown))
    wanted = "face face-number image text object expression person medium kind from to within limit report json"
    assert {f"--{name}" for name in wanted.split()} <= options


def test_a_broken_picture_is_refused_before_anything_else_is_asked(archive, tmp_path):
    Image.new("RGB", (64, 64), "grey").save(tmp_path / "grey.jpg")
    broken = tmp_path / "broken.jpg"
    broken.write_bytes((tmp_path / "grey.jpg").read_bytes()[:20])
    result = aima("--face", broken)
    assert result.exit_code == 3
    assert "broken.jpg" in result.stderr
    nobody = aima("--face", tmp_path / "grey.jpg")
    assert (nobody.exit_code, "no face is found in grey.jpg" in nobody.stderr) == (2, True)
