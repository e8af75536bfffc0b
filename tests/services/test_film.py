"""The film: cards and faces are where the recipe puts them, and the same recipe is the same bytes."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from aima.services.film import Film, write_film


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
