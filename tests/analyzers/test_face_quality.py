"""Quality falls with every shortcoming."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.analyzers.crops import ARCFACE, aligned, similarity
from aima.analyzers.face_quality import SCORE, Curve, Pose, pose, quality
from aima.analyzers.faces import faces_of

FRONTAL = np.array([[0.0, 0], [10, 0], [5, 5.6], [1, 10], [9, 10]])


@pytest.fixture(scope="module")
def portrait(seen) -> np.ndarray:
    """The astronaut, aligned."""
    return aligned(seen.frames[0], similarity(faces_of(seen).landmarks[:1], ARCFACE[None])[0], 112)


def graded(crop: np.ndarray, score: float = 0.9, size: float = 110.0, yaw: float = 5.0, pitch: float = 3.0) -> float:
    return float(quality(np.array([score]), np.array([size]), Pose(np.array([yaw]), np.array([pitch])), [crop])[0])


def test_a_good_portrait_is_useful(portrait):
    assert 0.7 < graded(portrait) <= 1


def test_blur_movement_and_bad_light_lower_quality_step_by_step(portrait):
    blurred = [graded(cv2.GaussianBlur(portrait, (0, 0), s)) for s in (0.5, 1.5, 3, 5)]
    moved = [graded(cv2.blur(portrait, (n, 1))) for n in (1, 7, 15, 25)]
    darker = [graded((portrait * f).astype(np.uint8)) for f in (1, 0.3, 0.1, 0.04)]
    burnt = [graded(np.clip(portrait * f, 0, 255).astype(np.uint8)) for f in (1.0, 2.5, 5.0, 12.0)]
    for grades in (blurred, moved, darker, burnt):
        assert all(a > b for a, b in pairwise(grades)), grades
        assert grades[-1] < 0.4 < grades[0]


@settings(deadline=None, derandomize=True, max_examples=30)
@given(st.sampled_from(["score", "size", "yaw", "pitch"]), st.floats(0, 1), st.floats(0, 1))
def test_quality_is_monotone_in_what_the_detector_says(portrait, name: str, a: float, b: float):
    span = {"score": (0, 1), "size": (4, 300), "yaw": (90, 0), "pitch": (90, 0)}[name]
    worse, better = (span[0] + (span[1] - span[0]) * share for share in sorted((a, b)))
    assert 0 <= graded(portrait, **{name: worse}) <= graded(portrait, **{name: better}) + 1e-9 <= 1 + 1e-9


def test_tiny_and_turned_faces_are_not_useful(portrait):
    assert graded(portrait, size=12) < 0.4
    assert graded(portrait, yaw=70) < 0.4
    assert graded(np.full((112, 112, 3), 128, np.uint8)) < 0.1


def test_pose_of_a_frontal_face_is_about_zero():
    seen = pose(FRONTAL[None])
    assert seen.yaw[0] == pytest.approx(0, abs=1)
    assert seen.pitch[0] == pytest.approx(0, abs=1)


def test_pose_does_not_depend_on_size_place_or_tilt():
    turn = np.array([[0.8, -0.6], [0.6, 0.8]])
    narrow = FRONTAL * [0.6, 1]
    first, second = pose(narrow[None]), pose((narrow @ turn.T * 7 + 300)[None])
    assert first.yaw[0] == pytest.approx(53, abs=1)
    assert second.yaw[0] == pytest.approx(first.yaw[0])
    assert second.pitch[0] == pytest.approx(first.pitch[0])


def test_profiles_inverted_faces_and_missing_landmarks_are_worth_next_to_nothing(portrait):
    profile = FRONTAL * [0.1, 1]
    swapped = FRONTAL[[1, 0, 2, 4, 3]]
    nothing = np.full((5, 2), np.nan)
    nose_on_the_forehead = FRONTAL + np.array([[0, 0], [0, 0], [0, -9], [0, 0], [0, 0]])
    one_spot = np.full((5, 2), 3.0)
    faces = np.stack([profile, swapped, nothing, nose_on_the_forehead, one_spot])
    grades = quality(np.full(5, 0.9), np.full(5, 110.0), pose(faces), [portrait] * 5)
    assert (grades < 0.03).all()
    assert grades[2] == grades[4] == 0


def test_curves_rise_or_fall_through_a_half():
    assert SCORE(SCORE.middle) == pytest.approx(0.5)
    assert Curve(0, -3)([-1e9, 0, 1e9]) == pytest.approx([1, 0.5, 0])
    assert quality(np.zeros(0), np.zeros(0), pose(np.zeros((0, 5, 2))), []).shape == (0,)
