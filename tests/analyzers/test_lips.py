"""Faces held still, and mouths measured."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from aima.analyzers.lips import SIDE, TEMPLATE, held_still, motion, opening
from tests.analyzers.batches import frame_batch


def test_holding_still_undoes_place_size_and_tilt(astronaut, detector):
    face = detector.analyze(frame_batch(astronaut[None]), detector.options_type())["faces"].to_pylist()[0][0]
    points = np.array(face["landmarks"], np.float64).reshape(5, 2)
    grey = cv2.cvtColor(astronaut, cv2.COLOR_RGB2GRAY)
    turn = cv2.getRotationMatrix2D((220, 130), 12, 0.8)
    turned = cv2.warpAffine(grey, turn, (512, 512))
    there = points @ turn[:, :2].T + turn[:, 2]
    a, b = held_still(grey, points), held_still(turned, there)
    assert a.shape == (SIDE, SIDE)
    assert np.abs(a - b).mean() < 8
    assert motion(a, b) < 0.25
    assert motion(a, a) == 0


def test_opening_is_the_gap_over_the_width():
    points = np.zeros((1, 68, 2))
    points[0, 60], points[0, 64] = (0, 0), (10, 0)
    for above, below, x in ((61, 67, 2), (62, 66, 5), (63, 65, 8)):
        points[0, above], points[0, below] = (x, -1), (x, 2)
    assert opening(points).tolist() == pytest.approx([0.3])
    assert opening(np.zeros((0, 68, 2))).shape == (0,)
    assert TEMPLATE.max() < SIDE


def test_only_the_mouth_counts_as_motion():
    texture = np.random.default_rng(0).integers(60, 200, (SIDE, SIDE)).astype(np.float32)
    texture = cv2.GaussianBlur(texture, (0, 0), 2)
    eyes, mouth = texture.copy(), texture.copy()
    eyes[14:24, 12:36] = 255 - eyes[14:24, 12:36]
    mouth[34:44, 15:33] -= 60
    assert motion(texture, mouth) > 0.5
    assert motion(texture, eyes) == 0
    assert motion(texture, texture + 5) < 0.2
