from __future__ import annotations

import numpy as np
import pytest

from aima.media import colour


def test_pq_is_st_2084() -> None:
    # Code values of 10-bit PQ from ITU-R BT.2408, table 1: 100 cd/m2 is 50.8 %, 203 is 58.1 %, 1000 is 75.2 %.
    signal = colour.nits_to_pq(np.array([100.0, 203.0, 1000.0]))
    np.testing.assert_allclose(signal, [0.508, 0.581, 0.752], atol=5e-4)
    np.testing.assert_allclose(colour.pq_to_nits(signal), [100, 203, 1000], rtol=1e-6)


def test_hlg_reference_white_is_203() -> None:
    np.testing.assert_allclose(colour.hlg_to_nits(np.array([0.0, 0.75, 1.0])), [0, 203, 1000], atol=1.0)


def test_the_curve_keeps_the_dark_and_bends_the_bright() -> None:
    nits = np.linspace(0, 4000, 2000)
    mapped = colour.compress(nits)
    assert np.all(np.diff(mapped) >= -1e-9)
    np.testing.assert_allclose(mapped[nits < 80], nits[nits < 80], atol=1e-6)
    assert mapped[-1] == pytest.approx(203, abs=0.5)


def test_hdr_greys_stay_grey_and_white_is_white() -> None:
    codes = (colour.nits_to_pq(np.array([0.0, 50.0, 1000.0])) * 65535).astype(np.uint16)
    pixels = np.repeat(codes[:, None, None], 3, axis=2)
    mapped = colour.tone_map(pixels, "pq")[:, 0]
    assert np.ptp(mapped.astype(int), axis=1).max() <= 1
    assert mapped[0].max() == 0
    assert mapped[1, 0] == pytest.approx(255 * (50 / 203) ** (1 / 2.4), abs=1)
    assert mapped[2].min() >= 254


def test_saturated_bt2020_is_clipped_not_wrapped() -> None:
    green = np.array([[[0, 40_000, 0]]], np.uint16)
    red, bright, blue = colour.tone_map(green, "pq")[0, 0]
    assert (red, blue) == (0, 0)
    assert bright > 150


@pytest.mark.parametrize(
    ("bits", "full", "black", "white"), [(8, False, 16, 235), (8, True, 0, 255), (10, False, 64, 940)]
)
def test_luma_is_stretched_to_full_range(bits: int, full: bool, black: int, white: int) -> None:
    table = colour.luma_table(bits, full_range=full, transfer="sdr")
    assert table.size == 1 << bits
    assert (table[black], table[white]) == (0, 255)
    assert np.all(np.diff(table.astype(int)) >= 0)


def test_hdr_luma_is_the_grey_of_hdr_pixels() -> None:
    table = colour.luma_table(10, full_range=True, transfer="pq")
    pixel = colour.tone_map(np.full((1, 1, 3), 500 << 6, np.uint16), "pq")[0, 0, 0]
    assert abs(int(table[500]) - int(pixel)) <= 1
