"""What is analysed is found again: faces, pictures and words, on media that tests make."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from PIL import Image

from aima.bootstrap import open_services
from aima.services.search.query import Query
from tests.media_made import two_person_clip
from tests.services.search.archive_made import package_pictures
from tests.services.search.photographs import FACES, SIGHT, analyse, found, names, sign, worn_copy

PEOPLE = {"astronaut": (120, 20, 360, 300), "grace_hopper": (100, 60, 420, 420)}
"""By picture: left, top, right and bottom around the face with something of the rest."""


@pytest.fixture(scope="module")
def pictures(settings) -> dict[str, Path]:
    return package_pictures(settings)


@pytest.fixture(scope="module")
def folder(tmp_path_factory, pictures) -> Path:
    """Two persons alone and together in a clip, three pictures without anybody, two signs."""
    folder = tmp_path_factory.mktemp("found")
    for name, picture in pictures.items():
        with Image.open(picture) as opened:
            opened.convert("RGB").save(folder / f"{name}.jpg", quality=92)
    sign(pictures["deep_field"], folder / "bakery.jpg", "BÄCKEREI MÜLLER", "seit 1890")
    sign(pictures["rocket"], folder / "exit.jpg", "NOTAUSGANG")
    two_person_clip(folder / "two.mp4", {name: pictures[name] for name in PEOPLE}, 6.0)
    return folder


@pytest.fixture(scope="module")
def services(stack, workspace, folder):
    with open_services(workspace) as opened:
        analyse(opened, [folder], (*FACES, "shot_cuts", *SIGHT))
        yield opened


@pytest.mark.parametrize("who", PEOPLE)
def test_a_face_is_found_in_pictures_and_clips_and_nobody_else(services, pictures, tmp_path, who):
    with Image.open(pictures[who]) as opened:
        opened.convert("RGB").crop(PEOPLE[who]).save(tmp_path / "face.jpg", quality=60)
    answers = [a for a in found(services, face=tmp_path / "face.jpg") if a.reasons[0].band == "join"]
    assert {answer.place.filename for answer in answers} == {f"{who}.jpg", "two.mp4"}
    clip = next(answer for answer in answers if answer.place.filename == "two.mp4")
    assert 0 <= clip.start_us < clip.end_us <= 6_200_000
    assert services.archive.path(clip.picture).is_file()


def test_a_worn_copy_of_a_picture_finds_the_picture(services, pictures, folder, tmp_path):
    chance = random.Random(3)
    for name in pictures:
        copy = worn_copy(folder / f"{name}.jpg", tmp_path / "copy.jpg", chance)
        (first, *_) = found(services, image=copy)
        assert first.place.filename == f"{name}.jpg"
        assert [e.kind for e in first.reasons[0].evidence] == ["shot", "observation"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Bäckerei", "bakery.jpg"),
        ("baeckerei mueller", "bakery.jpg"),
        ("Notausgang", "exit.jpg"),
        ("Ausgang", "exit.jpg"),
        ("Kaffee", "coffee.jpg"),
        ("a cup of coffee", "coffee.jpg"),
        ("Rakete", "rocket.jpg"),
    ],
)
def test_words_in_german_and_english_find_what_is_written_and_seen(services, words, expected):
    answers = services.search.search(Query.of(text=words))
    assert expected in names(answers.found)[:3]
    assert (answers.behind, answers.unasked) == (0, ())


def test_face_and_picture_together_are_one_moment(services, pictures, folder):
    both = found(services, face=pictures["astronaut"], image=folder / "astronaut.jpg", kind="image")
    assert names(both)[0] == "astronaut.jpg"
    assert {reason.ask for reason in both[0].reasons} == {"face", "image"}
    assert names(found(services, face=pictures["astronaut"], kind="video")) == ["two.mp4"]


def test_the_same_is_found_after_everything_is_opened_anew(services, workspace, pictures, folder):
    queries = [Query.of(face=pictures["astronaut"]), Query.of(image=folder / "rocket.jpg"), Query.of(text="Kaffee")]
    before = [services.search.search(query) for query in queries]
    with open_services(workspace) as again:
        assert [again.search.search(query) for query in queries] == before
