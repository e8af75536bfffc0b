"""The column `faces` as arrays and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from aima.analyzers.faces import faces_of
from tests.analyzers.batches import frame_batch, with_faces


def face(left: float, landmarks: list[float] | None = None) -> dict[str, Any]:
    return {"left": left, "top": 20.0, "width": 30.0, "height": 40.0, "score": 0.8, "landmarks": landmarks}


POINTS = [float(v) for v in range(10)]
FRAMES = np.zeros((4, 50, 100, 3), np.uint8)


def test_faces_are_flat_in_pixels_of_the_frame():
    batch = with_faces(frame_batch(FRAMES, source_size=(200, 100)), [[face(10, POINTS), face(60)], [], None, [face(8)]])
    faces = faces_of(batch)
    assert len(faces) == 3
    assert faces.frame.tolist() == [0, 0, 3]
    assert faces.boxes[0].tolist() == [5, 10, 15, 20]
    assert faces.landmarks[0].ravel().tolist() == [v / 2 for v in POINTS]
    assert np.isnan(faces.landmarks[1:]).all()
    assert faces.marked.tolist() == [True, False, False]
    assert np.allclose(faces.sizes, np.sqrt(15 * 20))


def test_values_per_face_go_back_to_their_frames():
    batch = with_faces(frame_batch(FRAMES), [[face(1), face(2)], [], None, [face(3)]])
    assert faces_of(batch).per_frame(["a", "b", "c"]) == [["a", "b"], [], None, ["c"]]


def test_no_faces_at_all():
    faces = faces_of(with_faces(frame_batch(FRAMES), [[], [], [], []]))
    assert len(faces) == 0
    assert faces.boxes.shape == (0, 4)
    assert faces.landmarks.shape == (0, 5, 2)
    assert faces.marked.tolist() == []
    assert faces.per_frame([]) == [[], [], [], []]


def test_landmarks_on_one_spot_are_no_landmarks():
    batch = with_faces(frame_batch(FRAMES), [[face(1, [7.0] * 10), face(2, [1.0, 2.0])], [], [], []])
    assert faces_of(batch).marked.tolist() == [False, False]
