"""Lines come out of a detector's map with their size and tilt, and travel between analyzers unchanged."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.analyzers.text_lines import TextLines, decode

THRESHOLDS = {"pixel": 0.3, "grow": 1.6}


def marked(middle, sides, degrees, value=0.9, shape=(240, 480)):
    """A map on which one tilted rectangle is marked."""
    probability = np.zeros(shape, np.float32)
    corners = cv2.boxPoints((middle, sides, degrees))
    cv2.fillConvexPoly(probability, corners.astype(np.int32), value)
    return probability


def test_a_line_is_grown_back_by_its_area_over_its_girth():
    (corners,) = decode(marked((240, 120), (200, 20), 0), THRESHOLDS, 0.5).corners
    # 200 x 20 grows by 200 * 20 * 1.6 / (2 * 220) = 14.5 on every side.
    wanted = [[125.5, 95.5], [354.5, 95.5], [354.5, 144.5], [125.5, 144.5]]
    np.testing.assert_allclose(corners, wanted, atol=2)


@pytest.mark.parametrize("degrees", [-40, -10, 25, 40])
def test_corners_run_clockwise_from_the_top_left_one_however_a_line_is_tilted(degrees):
    (corners,) = decode(marked((240, 120), (160, 16), degrees), THRESHOLDS, 0.5).corners
    along = corners[1] - corners[0]
    assert np.degrees(np.arctan2(along[1], along[0])) == pytest.approx(degrees, abs=2)
    assert cv2.contourArea(corners, oriented=True) > 0
    assert np.linalg.norm(along) > 4 * np.linalg.norm(corners[3] - corners[0])


def test_specks_and_what_is_not_sure_are_no_lines():
    assert len(decode(marked((240, 120), (2, 2), 0), THRESHOLDS, 0.5)) == 0
    unsure = marked((240, 120), (200, 20), 0, value=0.4)
    assert len(decode(unsure, THRESHOLDS, 0.5)) == 0
    assert decode(unsure, THRESHOLDS, 0.35).score == pytest.approx([0.4], abs=0.03)
    assert len(decode(np.zeros((32, 32), np.float32), THRESHOLDS, 0.5)) == 0


boxes = st.tuples(*(st.floats(0, 500, width=32) for _ in range(4)))


@settings(deadline=None, derandomize=True)
@given(st.lists(boxes, max_size=6), st.floats(0.5, 4), st.floats(0.5, 4))
def test_lines_come_back_from_their_rows_in_order(given_boxes, across, down):
    corners = [[[x, y], [x + w, y], [x + w, y + h], [x, y + h]] for x, y, w, h in given_boxes]
    lines = TextLines(
        np.array(corners, np.float32).reshape(-1, 4, 2), np.linspace(1, 0, len(corners), dtype=np.float32)
    )
    rows = lines.rows((across, down))
    tops = [min(row["corners"][1::2]) for row in rows]
    assert tops == sorted(tops)
    back = TextLines.of_rows(rows, (across, down))
    order = np.lexsort((lines.boxes[:, 0], lines.boxes[:, 1]))
    np.testing.assert_allclose(back.corners, lines.corners[order], rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(back.score, lines.score[order])
    np.testing.assert_allclose(lines.areas, [w * h for _, _, w, h in given_boxes], rtol=1e-3, atol=0.1)
