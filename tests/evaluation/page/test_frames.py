"""Frames at given times come out of the contained reader; what cannot be decoded is None."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from aima.evaluation.page.frames import jpeg, photos
from aima.settings import Media
from tests.evaluation.page.making import COLOURS, coloured_clip, painted


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return coloured_clip(tmp_path_factory.mktemp("clip") / "film.mp4")


def colour_of(data: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[:, :, ::-1].mean(axis=(0, 1))


def test_each_time_gives_its_own_frame_in_any_order(clip) -> None:
    shown = photos(clip, [2.5, 0.0, 1.5], 160, Media())
    for photo, second in zip(shown, (2, 0, 1), strict=True):
        assert np.abs(colour_of(photo.jpeg) - COLOURS[second]).max() < 12
        assert (photo.width, photo.height) == (640, 360)
        assert cv2.imdecode(np.frombuffer(photo.jpeg, np.uint8), cv2.IMREAD_COLOR).shape == (90, 160, 3)


def test_after_the_end_there_is_no_frame(clip) -> None:
    first, late = photos(clip, [0.2, 9.0], 160, Media())
    assert first is not None
    assert late is None


def test_a_picture_is_the_same_at_every_time(tmp_path) -> None:
    one, other = photos(painted(tmp_path / "face.jpg"), [0.0, 7.0], 160, Media())
    assert one == other
    assert (one.width, one.height) == (400, 300)


@pytest.mark.parametrize("content", [None, b"", b"no picture at all"])
def test_a_missing_or_damaged_file_has_no_frames(tmp_path, content) -> None:
    path = tmp_path / "bad.jpg"
    if content is not None:
        path.write_bytes(content)
    assert photos(path, [0.0, 1.0], 160, Media()) == [None, None]


def test_a_file_over_the_limits_has_no_frames(tmp_path) -> None:
    assert photos(painted(tmp_path / "large.jpg"), [0.0], 160, Media(max_pixels=1000)) == [None]


def test_a_smaller_quality_gives_fewer_bytes() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (64, 64, 3), np.uint8)
    assert len(jpeg(noise, 40)) < len(jpeg(noise, 90))
