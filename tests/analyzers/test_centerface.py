"""CenterFace's tensors, without its weights."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.analyzers.centerface import MOST_ENLARGED, MULTIPLE, Found, decode, prepare, suppress


def maps(cells: list[tuple[int, int, int, float]], size: tuple[int, int] = (24, 32)) -> list[np.ndarray]:
    """Maps of two frames with faces of 40 x 60 pixels at (frame, row, column, score)."""
    heat = np.zeros((2, 1, *size), np.float32)
    shape = np.zeros((2, 2, *size), np.float32)
    offset = np.zeros((2, 2, *size), np.float32)
    points = np.full((2, 10, *size), 0.5, np.float32)
    for frame, row, column, score in cells:
        heat[frame, 0, row, column] = score
        shape[frame, :, row, column] = np.log([60 / 4, 40 / 4])
        offset[frame, :, row, column] = 0.25, -0.25
        points[frame, 0:2, row, column] = 0.4, 0.3
    return [heat, shape, offset, points]


def test_a_peak_becomes_a_box_with_landmarks_to_a_fraction_of_a_pixel():
    found = decode(*maps([(1, 10, 20, 0.9)]), 0.5)
    assert found.frame.tolist() == [1]
    x, y = (20 + 0.5 - 0.25) * 4, (10 + 0.5 + 0.25) * 4
    assert np.allclose(found.corners, [[x - 20, y - 30, x + 20, y + 30]], atol=1e-3)
    assert np.allclose(found.points[0, 0], [x - 20 + 0.3 * 40, y - 30 + 0.4 * 60], atol=1e-3)
    assert np.allclose(found.points[0, 1:], [x, y], atol=1e-3)
    assert np.allclose(found.sizes, np.sqrt(40 * 60))


def test_weak_peaks_and_empty_maps_give_nothing():
    found = decode(*maps([(0, 3, 3, 0.4)]), 0.5)
    assert len(found) == 0
    assert len(suppress(found, 0.3)) == 0
    assert found.per_frame(2) == [[], []]


def test_of_overlapping_boxes_the_best_stays_and_frames_do_not_disturb_each_other():
    found = decode(*maps([(0, 10, 10, 0.7), (0, 10, 11, 0.9), (1, 10, 10, 0.6), (0, 10, 25, 0.8)]), 0.5)
    kept = found.take(suppress(found, 0.3))
    assert sorted((int(f), round(float(s), 1)) for f, s in zip(kept.frame, kept.score, strict=True)) == [
        (0, 0.8),
        (0, 0.9),
        (1, 0.6),
    ]


def test_faces_of_a_frame_come_from_top_to_bottom_then_from_left_to_right():
    corners = np.array([[50, 9, 60, 19], [30, 5, 40, 15], [10, 9, 20, 19]], np.float32)
    found = Found(np.array([0, 0, 0]), corners, np.ones(3, np.float32), np.zeros((3, 5, 2), np.float32))
    assert [face["left"] for face in found.per_frame(1)[0]] == [30, 10, 50]


def test_boxes_end_at_the_border_of_the_picture():
    corners = np.array([[-5, -6, 20, 30], [90, 40, 130, 80]], np.float32)
    found = Found(np.array([0, 0]), corners, np.ones(2, np.float32), np.zeros((2, 5, 2), np.float32))
    assert found.clipped((100, 60)).corners.tolist() == [[0, 0, 20, 30], [90, 40, 100, 60]]


@settings(deadline=None, derandomize=True, max_examples=40)
@given(st.integers(1, 300), st.integers(1, 300), st.integers(64, 400))
def test_input_is_padded_to_whole_strides_and_keeps_its_proportions(width: int, height: int, long_side: int):
    frames = np.full((1, height, width, 3), 200, np.uint8)
    pixels, zoom = prepare(frames, long_side)
    assert pixels.shape[2] % MULTIPLE == 0
    assert pixels.shape[3] % MULTIPLE == 0
    assert zoom == min(MOST_ENLARGED, long_side / max(width, height))
    inside = pixels[0, 0] == 200
    assert inside.any(axis=0).sum() == max(1, round(width * zoom))
    assert inside.any(axis=1).sum() == max(1, round(height * zoom))


def test_what_is_enlarged_keeps_sharp_edges_and_gets_no_steps():
    """Cubic: brighter beside a bright edge than the bright side is, and smooth over a ramp."""
    edge = np.full((1, 16, 16, 3), 60, np.uint8)
    edge[:, :, 8:] = 180
    assert prepare(edge, 64)[0][0, 0, 32].max() > 185
    ramp = np.tile(np.arange(0, 240, 15, dtype=np.uint8)[None, None, :, None], (1, 16, 1, 3))
    assert np.diff(prepare(ramp, 64)[0][0, 0, 32]).max() < 8


def test_faces_of_two_looks_are_told_by_the_frames_that_they_belong_to():
    corners = np.array([[0, 0, 10, 10], [20, 20, 40, 40]], np.float32)
    first = Found(np.array([0, 2]), corners, np.ones(2, np.float32), np.zeros((2, 5, 2), np.float32))
    second = first.take(np.array([1, 0])).of_frames(np.array([1, 5, 3]))
    both = first.joined(second)
    assert second.frame.tolist() == [3, 1]
    assert [len(faces) for faces in both.per_frame(4)] == [1, 1, 1, 1]
    assert both.corners[:, 0].tolist() == [0, 20, 20, 0]
