"""Maps that the test draws, and what is read from them."""

from __future__ import annotations

import numpy as np
import pytest

from aima.analyzers.centernet import MULTIPLE, STRIDE, Things, decode, prepare, suppress


def maps(things: list[tuple[int, int, int, float]], reach: tuple[float, ...] = (8, 12, 16, 20)) -> tuple:
    """Heat of three classes and reach on 10 x 14 cells; things: class, row, column, heat."""
    heat = np.zeros((3, 10, 14), np.float32)
    for kind, row, column, score in things:
        heat[kind, row, column] = score
    return heat, np.broadcast_to(np.array(reach, np.float32)[:, None, None], (4, 10, 14))


def test_a_peak_is_a_thing_with_a_box_around_its_cell():
    found = decode(*maps([(2, 4, 6, 0.75)]), 0.5)
    assert found.kind.tolist() == [2]
    assert found.score == pytest.approx([0.75])
    x, y = 6 * STRIDE, 4 * STRIDE
    assert found.corners.tolist() == [[x - 8, y - 12, x + 16, y + 20]]


def test_only_the_hottest_of_nine_cells_counts_but_each_class_by_itself():
    found = decode(*maps([(0, 4, 6, 0.9), (0, 5, 7, 0.8), (1, 5, 7, 0.7), (0, 4, 8, 0.6)]), 0.5)
    # Class 0 at column 8 lies beside the cell of 0.8, which is hotter though no peak itself.
    assert found.kind.tolist() == [0, 1]
    assert found.score == pytest.approx([0.9, 0.7])


def test_peaks_at_the_border_count_and_weak_ones_do_not():
    found = decode(*maps([(0, 0, 0, 0.6), (1, 9, 13, 0.7), (2, 5, 5, 0.4)]), 0.5)
    assert found.kind.tolist() == [1, 0]
    assert len(decode(*maps([]), 0.5)) == 0
    assert len(suppress(decode(*maps([]), 0.5), 0.5)) == 0


def test_the_less_sure_of_two_boxes_of_a_class_on_one_spot_goes():
    corners = np.array([[0, 0, 100, 100], [5, 0, 105, 100], [5, 0, 105, 100], [300, 0, 400, 100]], np.float32)
    things = Things(corners, np.array([0.9, 0.8, 0.7, 0.6], np.float32), np.array([1, 1, 2, 1]))
    assert sorted(suppress(things, 0.6).tolist()) == [0, 2, 3]


@pytest.mark.parametrize(
    ("size", "zoom"), [((720, 1280), 0.4), ((1280, 720), 0.4), ((100, 256), 2.0), ((3, 600), 512 / 600)]
)
def test_pictures_keep_their_proportion_and_are_filled_up(size, zoom):
    frame = np.full((*size, 3), 200, np.uint8)
    pixels, factor = prepare(frame, 512)
    assert factor == pytest.approx(zoom)
    assert pixels.shape[:2] == (1, 3)
    assert not pixels.shape[2] % MULTIPLE
    assert not pixels.shape[3] % MULTIPLE
    height, width = (max(1, round(side * zoom)) for side in size)
    assert (pixels[0, :, :height, :width] == 200).all()
    assert pixels.sum() == pytest.approx(200 * 3 * height * width)
