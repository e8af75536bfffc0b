"""Pictures of 16 x 16 blocks: how far apart two frames are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.domain.cuts import CONTEXT, CUT_AT, GRID, blocks, distance, is_cut, scores, second_largest, signature

quick = settings(deadline=None, derandomize=True, max_examples=50)


def picture(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).random((GRID, GRID), dtype=np.float32)


@quick
@given(height=st.integers(1, 60), width=st.integers(1, 60), level=st.integers(0, 255))
def test_blocks_of_an_even_frame_are_even(height: int, width: int, level: int):
    reduced = blocks(np.full((2, height, width), level, np.uint8))
    assert reduced.shape == (2, GRID, GRID)
    assert np.allclose(reduced, level / 255, atol=1e-6)


def test_blocks_are_means_of_their_pixels():
    frame = np.random.default_rng(0).integers(0, 256, (32, 48), dtype=np.uint8)
    expected = frame.reshape(GRID, 2, GRID, 3).mean(axis=(1, 3)) / 255
    assert np.allclose(blocks(frame[None])[0], expected, atol=1e-6)


@quick
@given(st.integers(0, 1000), st.integers(0, 1000))
def test_distance_is_symmetric_and_zero_only_for_the_same(a: int, b: int):
    forth, back = distance(picture(a), picture(b)), distance(picture(b), picture(a))
    assert forth == pytest.approx(float(back))
    assert 0 <= forth <= 1
    assert (forth == 0) == (a == b)


@pytest.mark.parametrize(("y", "x"), [(0, 1), (1, 0), (-1, 1), (1, 1)])
def test_a_shift_by_one_block_costs_little(y: int, x: int):
    large = np.random.default_rng(3).random((GRID + 2, GRID + 2), dtype=np.float32)
    here, there = large[1:-1, 1:-1], large[1 + y : GRID + 1 + y, 1 + x : GRID + 1 + x]
    assert distance(here, there) < 1e-6
    assert np.abs(here - there).mean() > 0.2


@quick
@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_score_rises_with_the_difference_and_falls_with_those_around(a: float, b: float, around: float):
    low, high = sorted((a, b))
    rising = scores(np.array([low, high], np.float32), np.array([around, around], np.float32))
    falling = scores(np.array([around, around], np.float32), np.array([low, high], np.float32))
    assert 0 <= rising[0] <= rising[1] <= 1
    assert falling[0] >= falling[1]


def test_second_largest_of_few():
    assert second_largest([]) == 0
    assert second_largest([0.5]) == 0.5
    assert second_largest([0.1, 0.9, 0.4]) == 0.4


def test_borders_are_judged_like_boundaries_within():
    quiet, busy = np.array([0.01, 0.0], np.float32), np.array([0.3, 0.35, 0.28], np.float32)
    old, new = picture(1), picture(2)
    assert len(signature(old, quiet)) == GRID * GRID + CONTEXT
    assert is_cut(signature(old, quiet), signature(new, quiet))[0]
    assert not is_cut(signature(old, quiet), signature(old, quiet))[0]
    assert not is_cut(signature(old * 0.3, busy * 0.3), signature(new * 0.3, busy * 0.3))[0]
    cut, score = is_cut(signature(old, quiet).tolist(), signature(new, busy[:0]).tolist())
    expected = scores(distance(old, new), np.asarray(second_largest(quiet), np.float32))
    assert cut
    assert score == pytest.approx(float(expected))
    assert score >= CUT_AT
