"""Tilted faces are turned upright and what is found there is brought back to its place."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.analyzers.face_detector import FaceDetectorOptions
from aima.analyzers.upright import SIDE, back, tilt, upright
from tests.analyzers.batches import frame_batch

FACE = np.array([[-20, -20], [20, -20], [0, 5], [-15, 30], [15, 30]], np.float32)


def turned(points: np.ndarray, degrees: float) -> np.ndarray:
    """Clockwise, as pictures have it: down is positive."""
    angle = np.radians(degrees)
    return points @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


@settings(deadline=None, derandomize=True, max_examples=40)
@given(degrees=st.floats(-170, 170), x=st.floats(40, 160), y=st.floats(40, 100), side=st.floats(10, 80))
def test_a_face_is_upright_in_the_middle_and_finds_its_way_back(degrees, x, y, side):
    points = turned(FACE * side / 80, degrees) + np.array([x, y])
    assert tilt(points[None].astype(np.float32))[0] == pytest.approx(degrees, abs=0.1)
    corners = np.array([x - side / 2, y - side / 2, x + side / 2, y + side / 2], np.float32)
    picture, way = upright(np.zeros((150, 200, 3), np.uint8), corners, degrees)
    assert picture.shape == (SIDE, SIDE, 3)
    there = points @ way[:, :2].T + way[:, 2]
    assert tilt(there[None].astype(np.float32))[0] == pytest.approx(0, abs=0.1)
    assert np.abs(there - SIDE / 2).max() < SIDE / 2
    assert back(there, way) == pytest.approx(points, abs=1e-2)


@pytest.mark.parametrize("degrees", [-45, 40])
def test_landmarks_of_tilted_faces_are_those_of_the_upright_ones(detector, scene, degrees):
    def faces(frame: np.ndarray, tilted: float) -> np.ndarray:
        found = detector.analyze(frame_batch(frame[None]), FaceDetectorOptions(tilted=tilted))["faces"].to_pylist()[0]
        return np.array([face["landmarks"] for face in found]).reshape(-1, 5, 2)

    way = cv2.getRotationMatrix2D((640, 360), degrees, 0.7)
    true = faces(scene, 180) @ way[:, :2].T + way[:, 2]
    frame = cv2.warpAffine(scene, way, (1280, 720), flags=cv2.INTER_AREA, borderValue=(96, 96, 96))

    def error(found: np.ndarray) -> float:
        apart = np.linalg.norm(found[:, None] - true[None], axis=3).mean(axis=2)
        return float(apart.min(axis=0).mean())

    assert error(faces(frame, 25)) < min(error(faces(frame, 180)), 4)
