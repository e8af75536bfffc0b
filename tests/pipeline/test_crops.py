"""Crops: few, spread in time, the best ones, and really the face."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import pyarrow as pa
import pytest

from aima.domain.batch import FrameBatch
from aima.domain.media import Strip
from aima.domain.observation import FACE_COLUMNS, FACE_VECTOR_COLUMNS
from aima.pipeline.crops import PER_FACE, CropKeeper, cut
from aima.storage.archive import Archive

EMPTY = Strip(np.zeros((0, 1, 1), np.uint8), np.zeros(0, np.int64))


def batch(pts_us, boxes_of_frames, quality_of_frames) -> FrameBatch:
    frames = np.zeros((len(pts_us), 100, 200, 3), np.uint8)
    faces = []
    for frame, boxes in zip(frames, boxes_of_frames, strict=True):
        for left, top, width, height in boxes:
            frame[top // 2 : (top + height) // 2, left // 2 : (left + width) // 2] = (255, 0, 0)
        faces.append(
            [
                {"left": b[0], "top": b[1], "width": b[2], "height": b[3], "score": 1.0, "landmarks": [0.0] * 10}
                for b in boxes
            ]
        )
    columns = pa.table(
        {
            "faces": pa.array(faces, FACE_COLUMNS.field("faces").type),
            "face_quality": pa.array(quality_of_frames, FACE_VECTOR_COLUMNS.field("face_quality").type),
        }
    )
    return FrameBatch("c" * 64, 0, frames, np.asarray(pts_us, np.int64), EMPTY, columns, (400, 200), 200_000)


def test_a_minute_of_one_face_gives_five_crops_with_the_best_first_chosen(tmp_path):
    keeper = CropKeeper("c" * 64, 0)
    pts = list(range(0, 60_000_000, 200_000))
    quality = [[0.1 + (n % 50) / 100] for n in range(len(pts))]
    for start in range(0, len(pts), 8):
        part = slice(start, start + 8)
        keeper.add(batch(pts[part], [[(40, 40, 60, 80)]] * len(pts[part]), quality[part]))
    crops = keeper.store(Archive(tmp_path), "f")
    assert len(crops) == PER_FACE
    assert [c.quality for c in crops] == pytest.approx([0.59] * PER_FACE)
    assert min(b.pts_us - a.pts_us for a, b in itertools.pairwise(crops)) >= 2_000_000


def test_two_faces_of_a_frame_are_followed_apart_and_the_picture_shows_the_face(tmp_path):
    keeper = CropKeeper("c" * 64, 0)
    keeper.add(batch([0, 200_000], [[(20, 20, 40, 60), (300, 40, 60, 60)]] * 2, [[0.9, 0.3], [0.5, 0.8]]))
    archive = Archive(tmp_path)
    crops = keeper.store(archive, "f")
    assert [(c.pts_us, c.ordinal) for c in crops] == [(0, 0), (200_000, 1)]
    for crop in crops:
        picture = cv2.imdecode(np.frombuffer(archive.get(crop.path), np.uint8), cv2.IMREAD_COLOR)
        centre = picture[picture.shape[0] // 2, picture.shape[1] // 2]
        assert centre[2] > 200
        assert centre[0] < 60


def test_a_box_outside_of_the_frame_gives_no_crop_and_no_crash(tmp_path):
    keeper = CropKeeper("c" * 64, 0)
    keeper.add(batch([0], [[(900, 900, 50, 50)]], [[0.9]]))
    assert keeper.store(Archive(tmp_path), "f") == ()


def test_a_large_face_is_scaled_down_to_256_pixels():
    frame = np.zeros((1000, 1000, 3), np.uint8)
    assert max(cut(frame, (100.0, 100.0, 600.0, 700.0), (1.0, 1.0)).shape) == 256
