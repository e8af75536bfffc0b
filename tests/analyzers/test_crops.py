"""Cutting faces out of frames."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.analyzers.crops import ARCFACE, aligned, inside, similarity, square, tensor

quick = settings(deadline=None, derandomize=True, max_examples=60)
NEUTRAL = {"mean": 0.0, "std": 1.0}


@quick
@given(angle=st.floats(-np.pi, np.pi), scale=st.floats(0.05, 20), x=st.floats(-500, 500), y=st.floats(-500, 500))
def test_a_similarity_is_found_again(angle: float, scale: float, x: float, y: float):
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    expected = np.column_stack([turn, [x, y]])
    found = similarity(ARCFACE[None], (ARCFACE @ turn.T + [x, y])[None])[0]
    assert np.allclose(found, expected, atol=1e-6 * max(1, scale * 500))


@quick
@given(st.lists(st.floats(-100, 100), min_size=10, max_size=10))
def test_no_other_similarity_comes_closer(values: list[float]):
    source = np.array(values).reshape(5, 2)
    if np.ptp(source, axis=0).max() < 1:
        return
    # The same least-squares problem solved in its four unknowns a, b, x, y.
    rows = [[[u, -v, 1, 0], [v, u, 0, 1]] for u, v in source]
    best = np.linalg.lstsq(np.array(rows).reshape(10, 4), ARCFACE.ravel(), rcond=None)[0]
    found = similarity(source[None], ARCFACE[None])[0]
    assert np.allclose([found[0, 0], found[1, 0], found[0, 2], found[1, 2]], best, atol=1e-6)


def test_points_that_coincide_give_no_similarity():
    matrices = similarity(np.stack([np.full((5, 2), 7.0), ARCFACE]), np.stack([ARCFACE, ARCFACE]))
    assert np.isnan(matrices[0]).all()
    assert np.allclose(matrices[1], [[1, 0, 0], [0, 1, 0]])


def test_an_aligned_crop_has_the_landmarks_on_the_template():
    frame = np.zeros((300, 400, 3), np.uint8)
    landmarks = ARCFACE * 1.5 + [120, 60]
    for x, y in landmarks.round().astype(int):
        frame[y - 2 : y + 3, x - 2 : x + 3] = 255
    crop = aligned(frame, similarity(landmarks[None], ARCFACE[None])[0], 112)
    for x, y in ARCFACE.round().astype(int):
        assert crop[y, x].min() > 200


def test_pixels_beyond_the_frame_are_told_from_those_that_were_seen():
    frame = np.full((90, 70, 3), 200, np.uint8)
    landmarks = ARCFACE * 1.5 + [-60, 20]
    matrix = similarity(landmarks[None], ARCFACE[None])[0]
    crop, seen = aligned(frame, matrix, 112), inside(frame, matrix, 112)
    assert 0.1 < seen.mean() < 0.9
    assert (crop[seen] == 200).all()
    assert (crop[~seen] == 200).mean() < 0.05
    assert inside(np.zeros((400, 400, 3), np.uint8), np.array([[1.0, 0, -150], [0, 1, -150]]), 112).all()


def test_a_square_crop_shows_the_box_and_its_surroundings():
    frame = np.zeros((100, 200, 3), np.uint8)
    frame[40:60, 90:110] = 255
    crop = square(frame, (90, 40, 20, 20), 2.0, 40)
    assert crop.shape == (40, 40, 3)
    assert crop[10:30, 10:30].min() == 255
    assert crop[:8].max() == 0


def test_beyond_the_frame_its_border_is_repeated():
    frame = np.full((50, 50, 3), 90, np.uint8)
    assert (square(frame, (-20, -20, 60, 60), 1.2, 32) == 90).all()
    assert (square(frame, (500, 500, 10, 10), 1.0, 16) == 0).all()


@quick
@given(st.tuples(st.floats(-60, 120), st.floats(-60, 120), st.floats(0, 90), st.floats(0, 90)), st.integers(1, 64))
def test_every_box_gives_a_crop(box: tuple[float, float, float, float], side: int):
    frame = np.full((48, 64, 3), 7, np.uint8)
    assert square(frame, box, 1.2, side).shape == (side, side, 3)


@pytest.mark.parametrize(
    ("colour", "expected"),
    [("rgb", [10, 20, 30]), ("bgr", [30, 20, 10]), ("grey", [18])],
)
def test_channels_come_in_the_order_of_the_contract(colour: str, expected: list[int]):
    crop = np.zeros((4, 4, 3), np.uint8) + np.array([10, 20, 30], np.uint8)
    made = tensor([crop, crop], {"colour": colour, **NEUTRAL})
    assert made.shape == (2, len(expected), 4, 4)
    assert made.dtype == np.float32
    assert made[1, :, 2, 2].tolist() == expected


def test_mean_and_deviation_of_the_contract_are_applied():
    crop = np.full((2, 2, 3), 127, np.uint8)
    assert tensor([crop], {"colour": "rgb", "mean": 127.0, "std": 128.0}).max() == 0
    made = tensor([crop], {"colour": "rgb", "mean": [117.0, 107.0, 97.0], "std": 10.0})
    assert made[0, :, 0, 0].tolist() == [1, 2, 3]
