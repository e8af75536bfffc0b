"""Pictures are taken until the granted bytes are spent; what is not shown is counted."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from aima.evaluation.answers import Answers
from aima.evaluation.page.pictures import BASE64, face_of
from tests.evaluation.page.making import album, painted, pictured, seen


def test_a_crop_is_shrunk(tmp_path) -> None:
    crop = album(tmp_path, "a.jpg").crop("a.jpg")
    assert cv2.imdecode(np.frombuffer(crop, np.uint8), cv2.IMREAD_COLOR).shape == (112, 90, 3)


@pytest.mark.parametrize("name", [None, "missing.jpg", "damaged.jpg", "../outside.jpg"])
def test_a_crop_that_is_not_there_or_no_picture_is_counted(tmp_path, name) -> None:
    pictures = album(tmp_path)
    pictures._archive.put("damaged.jpg", b"\xff\xd8 no picture")
    assert pictures.crop(name) is None
    assert pictures.note() == "1 picture missing or not readable"
    assert pictures.note() is None


def test_nothing_is_shown_after_the_granted_bytes(tmp_path) -> None:
    size = len(album(tmp_path, "a.jpg").crop("a.jpg")) * BASE64
    pictures = album(tmp_path, "a.jpg", granted=size * 2.5)
    painted(tmp_path / "face.jpg")
    shown = [pictures.crop("a.jpg") for _ in range(4)]
    assert [crop is not None for crop in shown] == [True, True, False, False]
    assert pictures.frames("face.jpg", [0.0, 0.0]) == [None, None]
    assert pictures.note() == "4 pictures left out to keep the page small"
    pictures.grant(size * 1.5)
    assert pictures.crop("a.jpg") == shown[0]
    assert pictures.note() is None


def test_frames_count_too(tmp_path) -> None:
    painted(tmp_path / "face.jpg")
    size = len(album(tmp_path).picture("face.jpg").jpeg) * BASE64
    shown = album(tmp_path, granted=size * 1.5).frames("face.jpg", [0.0, 0.0])
    assert [photo is not None for photo in shown] == [True, False]


def test_a_file_that_cannot_be_read_is_counted(tmp_path) -> None:
    pictures = album(tmp_path)
    assert pictures.frames("nowhere.jpg", [0.0, 1.0]) == [None, None]
    assert pictures.note() == (
        "2 pictures missing or not readable (nowhere.jpg: cannot be opened (No such file or directory))"
    )
    assert pictures.note() is None


def test_the_face_of_a_picture_is_the_one_that_it_is_of(tmp_path) -> None:
    pictures = album(tmp_path, "ada.jpg")
    larger = replace(seen("Person 1", 0.0, 0.2, "nowhere.jpg"), box=(0.0, 0.0, 90.0, 90.0))
    answers = Answers(identities={"a.jpg": "Person 1"}, seen={"a.jpg": (larger, pictured("Person 1", "ada.jpg"))})
    assert face_of("a.jpg", answers, pictures) == pictures.crop("ada.jpg")


def test_without_a_face_the_picture_itself_is_shown(tmp_path) -> None:
    painted(tmp_path / "empty.jpg")
    picture = face_of("empty.jpg", Answers(), album(tmp_path))
    assert cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR).shape == (120, 160, 3)
    assert face_of("nowhere.jpg", Answers(), album(tmp_path)) is None
