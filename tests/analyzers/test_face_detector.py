"""Faces are found where they are, and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from aima.analyzers.base import Analyzer
from aima.analyzers.centerface import Found
from aima.analyzers.crops import ARCFACE
from aima.analyzers.face_detector import FaceDetectorOptions
from aima.analyzers.upright import tilt
from tests.analyzers.batches import frame_batch, paste

DEFAULT = FaceDetectorOptions()


def boxes(detector: Analyzer[Any], frame: np.ndarray, options: FaceDetectorOptions = DEFAULT) -> list[dict[str, Any]]:
    return detector.analyze(frame_batch(frame[None]), options)["faces"].to_pylist()[0]


def middle(face: dict[str, Any]) -> tuple[float, float]:
    return face["left"] + face["width"] / 2, face["top"] + face["height"] / 2


def test_both_portraits_are_found_with_landmarks_in_place(detector, seen):
    found = seen.columns["faces"].to_pylist()
    assert [len(row) for row in found] == [2, 2, 0]
    astronaut, hopper = found[0]
    assert middle(astronaut) == pytest.approx((100 + 225, 100 + 131), abs=25)
    assert middle(hopper) == pytest.approx((700 + 265, 60 + 232), abs=35)
    for face in found[0]:
        points = np.array(face["landmarks"]).reshape(5, 2)
        left_eye, right_eye, nose, left_mouth, right_mouth = points
        assert left_eye[0] < nose[0] < right_eye[0]
        assert left_mouth[0] < right_mouth[0]
        assert max(left_eye[1], right_eye[1]) < nose[1] < min(left_mouth[1], right_mouth[1])
        assert 0.5 < face["score"] <= 1


def test_a_mirrored_frame_gives_mirrored_faces(seen):
    straight, mirrored = seen.columns["faces"].to_pylist()[:2]
    width = seen.frames.shape[2]
    expected = sorted(middle(face) for face in straight)
    got = sorted((width - middle(face)[0], middle(face)[1]) for face in mirrored)
    assert np.allclose(expected, got, atol=6)


def test_boxes_are_given_in_pixels_of_the_source(detector, scene):
    at_analysis = detector.analyze(frame_batch(scene[None]), DEFAULT)["faces"].to_pylist()[0]
    at_source = detector.analyze(frame_batch(scene[None], source_size=(3840, 2160)), DEFAULT)["faces"].to_pylist()[0]
    for small, large in zip(at_analysis, at_source, strict=True):
        assert [large[k] for k in ("left", "top", "width", "height")] == pytest.approx(
            [3 * small[k] for k in ("left", "top", "width", "height")], rel=1e-4
        )
        assert large["landmarks"] == pytest.approx([3 * v for v in small["landmarks"]], rel=1e-4)


@pytest.mark.parametrize("face_pixels", [24, 48, 96, 200])
def test_small_and_large_faces_are_found(detector, astronaut, face_pixels):
    canvas = np.full((360, 640, 3), 110, np.uint8)
    paste(canvas, astronaut, 20, 5, face_pixels / 105)
    found = boxes(detector, canvas)
    assert len(found) == 1
    assert np.sqrt(found[0]["width"] * found[0]["height"]) == pytest.approx(face_pixels, rel=0.3)


@pytest.mark.parametrize("face_pixels", [20, 28, 40])
@pytest.mark.parametrize("grey", [False, True])
def test_faces_of_tiny_pictures_are_found(detector, astronaut, hopper, face_pixels, grey):
    """A passport picture of a few pixels, with little around the face and without colour."""
    for picture, (x, y), face in ((astronaut, (225, 131), 105), (hopper, (265, 232), 190)):
        reach = round(face * 0.8)
        cut = picture[max(y - reach, 0) : y + reach, max(x - reach, 0) : x + reach]
        side = round(face_pixels * 1.6)
        tiny = cv2.resize(cut, (side, side), interpolation=cv2.INTER_AREA)
        tiny = np.repeat(cv2.cvtColor(tiny, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2) if grey else tiny
        found = boxes(detector, tiny)
        assert len(found) == 1
        assert middle(found[0]) == pytest.approx((side / 2, side / 2), abs=side / 6)
        assert max(found[0]["left"] + found[0]["width"], found[0]["top"] + found[0]["height"]) <= side


def test_a_face_that_fills_the_picture_is_found_by_a_second_coarser_look(detector, hopper):
    """Cut inside the face: at full size the network sees skin, but no face."""
    face = cv2.resize(hopper[150:310, 200:330], (1040, 1280), interpolation=cv2.INTER_CUBIC)
    frames = np.stack([face, np.full_like(face, 96)])
    once = detector.analyze(frame_batch(frames), FaceDetectorOptions(close_side=0))["faces"].to_pylist()
    twice = detector.analyze(frame_batch(frames), DEFAULT)["faces"].to_pylist()
    assert once == [[], []]
    assert [len(row) for row in twice] == [1, 0]
    assert middle(twice[0][0]) == pytest.approx((520, 640), abs=200)


def test_the_second_look_is_for_frames_without_faces_and_finds_no_small_ones(detector, scene):
    """Coarsely looked at, the scene's faces are small: those are left to the first look."""
    assert len(boxes(detector, scene, FaceDetectorOptions(min_score=0.99, close_side=320))) == 0
    assert boxes(detector, scene, FaceDetectorOptions(close_side=0)) == boxes(detector, scene)


def test_a_small_face_that_only_the_coarser_look_finds_is_not_believed(detector, astronaut):
    """Noise hides it from the first look; the coarser one evens the noise out."""
    canvas = np.full((640, 640, 3), 110, np.uint8)
    paste(canvas, astronaut, 100, 100)
    noise = np.random.default_rng(1).normal(0, 140, canvas.shape)
    noisy = np.clip(canvas + noise, 0, 255).astype(np.uint8)
    assert len(boxes(detector, noisy, FaceDetectorOptions(long_side=160))) == 1
    assert boxes(detector, noisy) == []


def test_landmarks_are_not_taken_from_the_face_beside_a_tilted_one(detector, scene):
    """Turned upright, only the neighbour is seen."""
    (astronaut, _) = boxes(detector, scene)
    x, y = middle(astronaut)
    x += astronaut["width"]
    tilted = cv2.transform(ARCFACE[None] - 56, cv2.getRotationMatrix2D((0, 0), -30, 1)) + np.array([x, y])
    corners = np.array([[x - 55, y - 55, x + 55, y + 55]], np.float32)
    beside = Found(np.zeros(1, np.int64), corners, np.ones(1, np.float32), tilted.astype(np.float32))
    again = detector._turned(frame_batch(scene[None]), beside, DEFAULT)
    assert tilt(beside.points)[0] == pytest.approx(30, abs=1)
    assert again.points.tolist() == beside.points.tolist()


def test_a_face_at_the_border_is_cut_off_there(detector, astronaut):
    canvas = np.full((360, 640, 3), 110, np.uint8)
    paste(canvas, astronaut, -200, -40)
    found = boxes(detector, canvas)
    assert len(found) == 1
    assert found[0]["left"] == 0
    assert found[0]["left"] + found[0]["width"] <= 640


def test_nothing_is_found_where_nobody_is(detector):
    random = np.random.default_rng(0)
    noise = random.integers(0, 256, (240, 320, 3), dtype=np.uint8)
    gradient = np.repeat(np.linspace(0, 255, 320).astype(np.uint8)[None, :, None], 240, axis=0).repeat(3, axis=2)
    chequered = (np.indices((240, 320)).sum(axis=0) // 16 % 2 * 255).astype(np.uint8)[..., None].repeat(3, axis=2)
    table = detector.analyze(frame_batch(np.stack([noise, gradient, chequered])), DEFAULT)
    assert table["faces"].to_pylist() == [[], [], []]


def test_options_set_the_smallest_face_and_the_surest_score(detector, scene):
    assert len(boxes(detector, scene)) == 2
    assert len(boxes(detector, scene, FaceDetectorOptions(min_size=140))) == 1
    assert boxes(detector, scene, FaceDetectorOptions(min_score=0.99)) == []


def test_frames_of_a_batch_give_what_they_give_alone(detector, scene):
    other = scene[::-1].copy()
    together = detector.analyze(frame_batch(np.stack([other, scene])), DEFAULT)["faces"].to_pylist()
    assert len(together[1]) == 2
    for one, alone in zip(together[1], boxes(detector, scene), strict=True):
        assert middle(one) == pytest.approx(middle(alone), abs=0.1)


def test_odd_and_tiny_frames_are_no_trouble(detector):
    for shape in ((1, 1), (7, 501), (333, 33)):
        assert boxes(detector, np.full((*shape, 3), 128, np.uint8)) == []
    empty = detector.analyze(frame_batch(np.zeros((0, 4, 4, 3), np.uint8)), DEFAULT)
    assert empty.num_rows == 0
    assert empty.schema == detector.schema()


def test_boxes_agree_with_people_who_drew_them(detector, media_dir: Path):
    truth = json.loads((media_dir / "truth" / "face_boxes.json").read_text())
    hits = wanted = extra = 0
    for name, drawn in truth.items():
        frame = cv2.cvtColor(cv2.imread(str(media_dir / name)), cv2.COLOR_BGR2RGB)
        found = boxes(detector, frame)
        overlaps = np.array([[iou(a, b) for b in found] for a in drawn]).reshape(len(drawn), len(found))
        hits += int((overlaps.max(axis=1, initial=0) >= 0.4).sum())
        wanted += len(drawn)
        extra += int((overlaps.max(axis=0, initial=0) < 0.4).sum())
    assert hits / wanted >= 0.95
    assert extra == 0


def iou(a: dict[str, Any], b: dict[str, Any]) -> float:
    width = min(a["left"] + a["width"], b["left"] + b["width"]) - max(a["left"], b["left"])
    height = min(a["top"] + a["height"], b["top"] + b["height"]) - max(a["top"], b["top"])
    common = max(width, 0) * max(height, 0)
    return common / (a["width"] * a["height"] + b["width"] * b["height"] - common)
