"""The sample: made of checked pictures, true to its recipe, made once."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from aima.errors import ModelCorrupt, ModelUnavailable
from aima.services.film import Film, write_film
from aima.services.pictures import fetch_pictures
from aima.services.sample import Recipe, film_of, load_recipe, make_sample, portraits, sample_media
from aima.settings import Models, Settings


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


def times(path: Path) -> tuple[list[float], list[float]]:
    """Times of all frames and of those that are keyframes."""
    with av.open(str(path)) as container:
        frames = [(float(f.time or 0), f.key_frame) for f in container.decode(video=0)]
    return [t for t, _ in frames], [t for t, key in frames if key]


def colours(width: int, height: int) -> Film:
    """Two seconds: a face that leaves to the left, then nobody."""
    scenes = [
        {"seconds": 1, "background": "dark", "cards": [{"picture": "face", "path": [[0, 50, 50, 1], [1, -50, 50, 1]]}]},
        {"seconds": 1, "background": "light", "zoom": [1.0, 2.0]},
    ]
    pictures = {
        "dark": np.zeros((50, 100, 3), np.uint8),
        "light": np.full((50, 50, 3), 255, np.uint8),
        "face": np.full((20, 20, 3), (255, 0, 0), np.uint8),
    }
    return Film(width, height, 10, 1, scenes, pictures, {"face": (0, 0, 20, 20)})


def test_portraits_come_out_of_packages_and_stay(workspace: Settings) -> None:
    files = portraits(workspace)
    assert {name: size(path) for name, path in files.items()} == {
        "astronaut": (512, 512),
        "grace_hopper": (512, 600),
    }
    again = portraits(Settings(home=workspace.home, models=Models(offline=True)))
    assert again == files


def test_without_a_network_the_remedy_is_ones_own_files(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="OFFLINE") as caught:
        make_sample(Settings(home=tmp_path, models=Models(offline=True)))
    assert "--media" in caught.value.remedy
    assert list(tmp_path.iterdir()) == []


def test_other_bytes_in_a_package_are_refused(workspace: Settings, tmp_path: Path) -> None:
    picture = replace(load_recipe().pictures["astronaut"], sha256="0" * 64)
    with pytest.raises(ModelCorrupt, match=r"scikit-image.*astronaut\.png"):
        fetch_pictures([picture], Settings(home=tmp_path))
    assert list((tmp_path / "models" / "pictures").iterdir()) == []


def test_a_damaged_picture_is_fetched_again(workspace: Settings) -> None:
    damaged = portraits(workspace)["grace_hopper"]
    damaged.write_bytes(b"half")
    assert size(portraits(workspace)["grace_hopper"]) == (512, 600)


def test_holds_a_film_and_two_pictures(sample: Path, short: Recipe) -> None:
    film, portrait, coffee = sample_media(sample)
    shown, keys = times(film)
    assert len(shown) == 25 * len(short.film["scene"])
    assert len(keys) >= len(short.film["scene"]) - 1, "hard cuts begin with a keyframe"
    assert size(portrait) == (272, 330)
    assert size(coffee) == (600, 400)
    assert sorted(p.name for p in sample.iterdir()) == ["TRUTH.json", "coffee.jpg", "film.mp4", "portrait.jpg"]


def test_made_once(workspace: Settings, short: Recipe, sample: Path) -> None:
    before = {p.name: p.stat().st_mtime_ns for p in sample.iterdir()}
    assert make_sample(workspace, recipe=short) == sample
    assert {p.name: p.stat().st_mtime_ns for p in sample.iterdir()} == before


def test_a_damaged_sample_is_made_again_with_the_same_bytes(workspace: Settings, short: Recipe, sample: Path) -> None:
    noted = json.loads((sample / "TRUTH.json").read_text())
    (sample / "portrait.jpg").write_bytes(b"")
    make_sample(workspace, recipe=short)
    assert json.loads((sample / "TRUTH.json").read_text()) == noted


def test_an_unreadable_note_means_making_it_again(workspace: Settings, short: Recipe, sample: Path) -> None:
    copy = sample.parent / "copy"
    shutil.copytree(sample, copy)
    (copy / "TRUTH.json").write_text("{")
    assert json.loads((make_sample(workspace, copy, short) / "TRUTH.json").read_text())["recipe"] == "short"


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


def test_a_face_is_seen_until_most_of_it_has_left() -> None:
    (seen,) = colours(100, 100).presence().values()
    assert seen == [(0.0, 0.5)]


def test_cards_and_backgrounds_are_drawn_where_the_recipe_says() -> None:
    frames = list(colours(100, 100).frames())
    assert frames[0][50, 50].tolist() == [255, 0, 0]
    assert frames[0][50, 80].tolist() == [0, 0, 0]
    assert frames[5][50, 3].tolist() == [255, 0, 0]
    assert frames[9][50, 50].tolist() == [0, 0, 0]
    assert frames[15][50, 50].tolist() == [255, 255, 255]
    assert colours(100, 100).cuts == [1.0]


def test_the_same_film_is_the_same_bytes(tmp_path: Path) -> None:
    write_film(colours(128, 64), tmp_path / "a.mp4")
    write_film(colours(128, 64), tmp_path / "b.mp4")
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
    shown, keys = times(tmp_path / "a.mp4")
    assert shown == pytest.approx([i / 10 for i in range(20)])
    assert {0.0, 1.0} <= set(keys)
