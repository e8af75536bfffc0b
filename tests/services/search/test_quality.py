"""How well search finds on real media: the bars of the archive's promise, with the figures printed."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from aima.bootstrap import open_services
from tests.services.search.archive_made import package_pictures
from tests.services.search.photographs import FACES, SIGHT, analyse, found, sign, worn_copy

pytestmark = pytest.mark.quality

FOLDERS = ("faces", "expression", "face_counts", "faces_boxes")
COPIES = 100
SIGNS = {
    "bakery.jpg": ("BÄCKEREI MÜLLER", "seit 1890"),
    "exit.jpg": ("NOTAUSGANG",),
    "platform.jpg": ("Abfahrt 14:05", "Gleis 7"),
    "library.jpg": ("PUBLIC LIBRARY",),
    "closed.jpg": ("Straße gesperrt",),
}
QUERIES = {
    "Parkbank": "face_counts/ultra-light-_16.jpg",
    "a bench in the park": "face_counts/ultra-light-_16.jpg",
    "Kansas": "face_counts/ultra-light-_16.jpg",
    "Sonnenbrille": "expression/disgust/Paula_Radcliffe_0004.jpg",
    "sunglasses": "expression/disgust/Paula_Radcliffe_0004.jpg",
    "Pelzmantel": "faces/misc/kit_harington/03.jpg",
    "laptop computer": "face_counts/ultra-light-_5.jpg",
    "adidas": "face_counts/ultra-light-_5.jpg",
    "Puma": "faces_boxes/2008_002506.jpg",
    "Pharris Photography": "face_counts/ultra-light-_18.jpg",
    "Kanzler": "faces/lfw/Gerhard_Schroeder/09.jpg",
    "Flasche": "faces_boxes/2008_002506.jpg",
    "Restaurant": "faces_boxes/2008_007676.jpg",
    "Kaffee": "coffee.png",
    "Rakete": "rocket.jpg",
    "bakery": "bakery.jpg",
    "Baeckerei Mueller": "bakery.jpg",
    "Ausgang": "exit.jpg",
    "Gleis 7": "platform.jpg",
    "Bibliothek": "library.jpg",
    "road closed": "closed.jpg",
    "strasse gesperrt": "closed.jpg",
}
"""What is written, labelled or to be seen there, by eye; in German and English."""


@pytest.fixture(scope="module")
def made(settings, tmp_path_factory) -> Path:
    """Signs over photographs, and photographs of packages."""
    folder = tmp_path_factory.mktemp("quality")
    pictures = package_pictures(settings)
    for name, lines in SIGNS.items():
        sign(pictures["deep_field"], folder / name, *lines)
    for name in ("coffee", "rocket"):
        (folder / pictures[name].name).write_bytes(pictures[name].read_bytes())
    return folder


@pytest.fixture(scope="module")
def services(stack, workspace, media_dir, made):
    with open_services(workspace) as opened:
        analyse(opened, [media_dir / "faces"], FACES)
        analyse(opened, [*(media_dir / name for name in FOLDERS), made], SIGHT)
        yield opened


def where(answer) -> Path:
    """The file in which an answer lies."""
    return Path(answer.place.path).resolve()


def test_the_first_answers_to_a_face_show_the_same_person(services, media_dir):
    truth = json.loads((media_dir / "truth" / "face_identities.json").read_text())
    who = {(media_dir / file).resolve(): person for person, files in truth.items() for file in files}
    right = wanted = 0
    for file, person in who.items():
        many = min(5, len(truth[person]) - 1)
        answers = found(services, face=file, limit=many + 2) if many else ()
        others = [where(answer) for answer in answers if where(answer) != file][:many]
        right += sum(who.get(other) == person for other in others)
        wanted += many
    print(f"\nfaces: {right} of the first {wanted} answers show the same person")
    assert right >= 0.9 * wanted


def test_worn_copies_find_their_picture_first(services, media_dir, tmp_path):
    chance = random.Random(11)
    files = sorted(p.resolve() for name in FOLDERS for p in (media_dir / name).rglob("*") if p.is_file())
    contents = {file: file.read_bytes() for file in files}
    first = 0
    for file in chance.sample(files, COPIES):
        answers = found(services, image=worn_copy(file, tmp_path / "copy.jpg", chance), limit=1)
        first += bool(answers) and contents.get(where(answers[0])) == contents[file]
    print(f"\npictures: {first} of {COPIES} worn copies find their picture first")
    assert first >= 0.95 * COPIES


def test_words_find_the_picture_among_the_first_three(services, media_dir, made):
    missed = {}
    for words, name in QUERIES.items():
        expected = {(media_dir / name).resolve(), (made / name).resolve()}
        answers = found(services, text=words, limit=3)
        if not expected & set(map(where, answers)):
            missed[words] = [(where(a).name, a.reasons[0].text) for a in answers]
    print(f"\nwords: {len(QUERIES) - len(missed)} of {len(QUERIES)} among the first three; missed: {missed}")
    assert len(QUERIES) - len(missed) >= 20
