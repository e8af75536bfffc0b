"""The sample: true to its recipe, made once, made again when damaged."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from aima.errors import ModelUnavailable
from aima.evaluation.reading import read_truth
from aima.services.sample import MADE, Recipe, film_of, load_recipe, make_sample, portraits, sample_media
from aima.settings import Models, Settings
from tests.services.test_film import times


@pytest.fixture(scope="module")
def workspace(tmp_path_factory) -> Settings:
    """Settings over an empty home and an empty models directory, so that everything is really fetched."""
    return Settings(home=tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def short() -> Recipe:
    """The real recipe with one second of each scene, and a digest of its own."""
    whole = load_recipe()
    scenes = [{**scene, "seconds": 1} for scene in whole.film["scene"]]
    return replace(whole, film={**whole.film, "scene": scenes}, digest="short")


@pytest.fixture(scope="module")
def sample(workspace: Settings, short: Recipe) -> Path:
    return make_sample(workspace, recipe=short)


def size(path: Path) -> tuple[int, int]:
    with Image.open(path) as opened:
        return opened.size


def test_without_a_network_the_remedy_is_ones_own_files(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="OFFLINE") as caught:
        make_sample(Settings(home=tmp_path, models=Models(offline=True)))
    assert "--media" in caught.value.remedy
    assert list(tmp_path.iterdir()) == []


def test_holds_a_film_and_two_pictures(sample: Path, short: Recipe) -> None:
    film, portrait, coffee = sample_media(sample)
    shown, keys = times(film)
    assert len(shown) == 25 * len(short.film["scene"])
    assert len(keys) >= len(short.film["scene"]) - 1, "hard cuts begin with a keyframe"
    assert size(portrait) == (272, 330)
    assert size(coffee) == (600, 400)
    assert sorted(p.name for p in sample.iterdir()) == ["coffee.jpg", "film.mp4", "portrait.jpg", "truth"]


def test_made_once(workspace: Settings, short: Recipe, sample: Path) -> None:
    before = {p.name: p.stat().st_mtime_ns for p in sample.iterdir()}
    assert make_sample(workspace, recipe=short) == sample
    assert {p.name: p.stat().st_mtime_ns for p in sample.iterdir()} == before


def test_a_damaged_sample_is_made_again_with_the_same_bytes(workspace: Settings, short: Recipe, sample: Path) -> None:
    noted = json.loads((sample / MADE).read_text())
    for damaged in ("portrait.jpg", "truth/film.truth.json"):
        (sample / damaged).write_bytes(b"")
        make_sample(workspace, recipe=short)
        assert (sample / damaged).stat().st_size
        assert json.loads((sample / MADE).read_text()) == noted


def test_an_unreadable_note_means_making_it_again(workspace: Settings, short: Recipe, sample: Path) -> None:
    copy = sample.parent / "copy"
    shutil.copytree(sample, copy)
    (copy / MADE).write_text("{")
    assert json.loads((make_sample(workspace, copy, short) / MADE).read_text())["recipe"] == "short"


def test_the_sample_is_a_labelled_folder(sample: Path, short: Recipe) -> None:
    truth = read_truth(sample)
    (film,) = truth.clips.values()
    assert (film.file, film.duration) == ("film.mp4", float(len(short.film["scene"])))
    assert {person.id for person in film.persons} == {"astronaut", "grace_hopper"}
    assert film.cuts
    assert truth.identities == {"astronaut": ("portrait.jpg",)}
    assert truth.counts == {"coffee.jpg": 0, "portrait.jpg": 1}


def test_the_whole_film_shows_what_a_demonstration_needs(workspace: Settings) -> None:
    recipe = load_recipe()
    pictures = {name: Image.new("RGB", size(path)) for name, path in portraits(workspace).items()}
    film = film_of(recipe, pictures)
    presence = film.presence()
    assert all(len(intervals) >= 3 for intervals in presence.values()), "each leaves and comes back"
    assert film.seconds > 60, "longer than one segment"
    frames = {name: {t for a, b in seen for t in range(int(a * 25), int(b * 25))} for name, seen in presence.items()}
    assert len(frames["astronaut"] & frames["grace_hopper"]) > 25 * 10, "both in one picture"
    assert film.seconds * 25 - len(frames["astronaut"] | frames["grace_hopper"]) > 25 * 10, "nobody in some"
