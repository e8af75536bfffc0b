from __future__ import annotations

import struct
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.media.geometry import Orientation, displayed_size, fit, orientation_of, resize

ONE = 1 << 16


def matrix(a: int, b: int, c: int, d: int) -> bytes:
    return struct.pack("=9i", a * ONE, b * ONE, 0, c * ONE, d * ONE, 0, 0, 0, 1 << 30)


def map_pixels(pixels: np.ndarray, a: int, b: int, c: int, d: int) -> np.ndarray:  # type: ignore[type-arg]
    """Every pixel moved as the standard says: x' = a x + c y, y' = b x + d y, then shifted into view."""
    height, width = pixels.shape
    y, x = np.mgrid[:height, :width]
    new_x, new_y = a * x + c * y, b * x + d * y
    out = np.zeros((np.ptp(new_y) + 1, np.ptp(new_x) + 1), pixels.dtype)
    out[new_y - new_y.min(), new_x - new_x.min()] = pixels
    return out


@pytest.mark.parametrize(
    "terms",
    [
        (1, 0, 0, 1),
        (0, 1, -1, 0),
        (-1, 0, 0, -1),
        (0, -1, 1, 0),
        (-1, 0, 0, 1),
        (1, 0, 0, -1),
        (0, 1, 1, 0),
        (0, -1, -1, 0),
    ],
)
def test_every_display_matrix_moves_pixels_as_the_standard_says(terms: tuple[int, int, int, int]) -> None:
    pixels = np.arange(6, dtype=np.uint8).reshape(2, 3)
    expected = map_pixels(pixels, *terms)
    out = np.empty_like(expected)
    orientation_of(matrix(*terms)).apply(pixels, out)
    np.testing.assert_array_equal(out, expected)


def test_a_quarter_turn_is_counted_counter_clockwise() -> None:
    assert orientation_of(matrix(0, -1, 1, 0)) == Orientation(turns=1)
    assert orientation_of(b"too short") == Orientation()


def test_size_on_display() -> None:
    assert displayed_size(320, 240, Fraction(16, 11), Orientation()) == (465, 240)
    assert displayed_size(320, 240, None, Orientation(turns=1)) == (240, 320)
    assert displayed_size(320, 240, Fraction(10_000, 1), Orientation()) == (320, 240)


@settings(deadline=None, derandomize=True)
@given(st.integers(1, 9000), st.integers(1, 9000), st.integers(32, 2000))
def test_fitting_keeps_the_aspect_and_never_enlarges(width: int, height: int, long_side: int) -> None:
    small_width, small_height = fit((width, height), long_side)
    assert 1 <= small_width <= width
    assert 1 <= small_height <= height
    assert max(small_width, small_height) <= long_side
    scale = min(1.0, long_side / max(width, height))
    assert abs(small_width - width * scale) <= 1
    assert abs(small_height - height * scale) <= 1


def test_shrinking_averages_areas() -> None:
    board = np.tile(np.array([[0, 200], [200, 0]], np.uint8), (8, 8))
    assert np.all(resize(board, (8, 8)) == 100)
    assert resize(board, (16, 16)) is board
