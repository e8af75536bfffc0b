"""Blur is seen, and partly mended; sharp faces stay as they are."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from aima.analyzers.crops import ARCFACE, aligned, similarity
from aima.analyzers.faces import faces_of
from aima.analyzers.sharpening import sharpened, sharpness

LEAST = -9.0


@pytest.fixture(scope="module")
def face(seen) -> np.ndarray:
    return aligned(seen.frames[0], similarity(faces_of(seen).landmarks[:1], ARCFACE[None])[0], 112)


def blurred(picture: np.ndarray, sigma: float) -> np.ndarray:
    return cv2.GaussianBlur(picture, (0, 0), sigma)


def test_sharpness_falls_with_blur_and_does_not_heed_the_light(face):
    known = [np.log2(sharpness(picture)) for picture in (face, blurred(face, 2), blurred(face, 4))]
    assert known[0] > known[1] + 1 > known[2] + 2
    assert np.log2(sharpness(face // 2)) == pytest.approx(known[0], abs=0.3)


def test_a_movement_along_one_axis_counts_as_blur(face):
    moved = cv2.blur(face, (13, 1))
    assert sharpness(moved) < sharpness(face) / 3


def test_sharp_and_plain_pictures_stay_as_they_are(face):
    assert sharpened(face, LEAST) is face
    plain = np.full((112, 112, 3), 128, np.uint8)
    assert (sharpened(plain, LEAST) == plain).all()
    assert sharpness(plain) > 0


def test_blurred_faces_get_edges_back(face):
    blur = blurred(face, 3.5)
    mended = sharpened(blur, LEAST)
    assert sharpness(mended) > 1.2 * sharpness(blur)
    assert np.abs(mended.astype(int) - face).mean() < np.abs(blur.astype(int) - face).mean()


def test_what_is_hardly_blurred_is_hardly_changed(face):
    own = float(np.log2(sharpness(face)))
    changes = [np.abs(sharpened(face, own + more).astype(int) - face).mean() for more in (0.2, 0.6, 1.0, 3.0)]
    assert 0 < changes[0] < changes[1] < changes[2] == changes[3]
