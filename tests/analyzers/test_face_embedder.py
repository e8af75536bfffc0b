"""Vectors tell persons apart, and are not made where they must not be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest

from aima.analyzers.face_embedder import FaceEmbedder, FaceEmbedderOptions, female, normalised, years
from aima.models.loader import load
from tests.analyzers.batches import counted, frame_batch, paste, ready, with_columns, with_faces

DEFAULT = FaceEmbedderOptions()
MODELS = ["face_embedding_512", "face_embedding_1024"]


def embedded(embedder: Any, detector: Any, frames: np.ndarray) -> list[list[np.ndarray | None]]:
    batch = frame_batch(frames)
    batch = with_columns(batch, detector.analyze(batch, detector.options_type()))
    rows = embedder.analyze(batch, DEFAULT)["face_vectors"].to_pylist()
    return [[None if v is None else np.array(v) for v in row] for row in rows]


@pytest.fixture(scope="module")
def embedder(settings):
    return ready("face_embedder", settings)


@pytest.fixture(scope="module", params=MODELS)
def either(request, settings):
    return ready("face_embedder", settings, request.param)


def test_the_same_face_turned_shrunk_and_darkened_stays_the_same(either, detector, astronaut, hopper):
    def shown(picture: np.ndarray, angle: float = 0, scale: float = 1, light: float = 1) -> np.ndarray:
        middle = (picture.shape[1] / 2, picture.shape[0] / 3)
        turned = cv2.warpAffine(picture, cv2.getRotationMatrix2D(middle, angle, scale), (512, 512))
        return (turned * light).astype(np.uint8)

    frames = np.stack([shown(astronaut), shown(astronaut, 20, 0.6, 0.7), shown(hopper), shown(hopper, -15, 0.5, 0.6)])
    a, a2, h, h2 = (row[0] for row in embedded(either, detector, frames))
    assert np.linalg.norm(a) == pytest.approx(1, abs=1e-5)
    threshold = load_threshold(either)
    assert a @ a2 > threshold
    assert h @ h2 > threshold
    assert max(a @ h, a @ h2, a2 @ h, a2 @ h2) < threshold - 0.1


def vectors_of(embedder: Any, seen: Any, frame: np.ndarray) -> np.ndarray:
    """Vectors of the two faces of the first frame, cut out of another picture of it."""
    return np.array(embedder.analyze(replace(seen, frames=frame[None]), DEFAULT)["face_vectors"].to_pylist()[0])


@pytest.fixture(scope="module")
def first(seen):
    """The scene alone, with its faces."""
    return with_faces(frame_batch(seen.frames[:1]), seen.columns["faces"].to_pylist()[:1])


def test_faces_in_the_dark_keep_their_likeness(embedder, first):
    """Without more contrast their vectors are 0.45 and 0.58 like those of the lit faces."""
    scene = first.frames[0]
    noise = np.random.default_rng(3).normal(0, 0.7, scene.shape)
    dark = np.clip(scene / 14.0 + 4 + noise, 0, 255).astype(np.uint8)
    lit, unlit = (vectors_of(embedder, first, frame) for frame in (scene, dark))
    assert (np.sum(lit * unlit, axis=1) > 0.8).all()


def test_blurred_faces_get_back_some_of_their_likeness(embedder, first):
    """Without more edges the larger one is 0.36 like the sharp one."""
    scene = first.frames[0]
    sharp, blurred = (vectors_of(embedder, first, frame) for frame in (scene, cv2.GaussianBlur(scene, (0, 0), 8)))
    assert sharp[1] @ blurred[1] > 0.45


def load_threshold(analyzer: Any) -> float:
    return analyzer._model.thresholds["same"]


def test_dimension_age_and_gender_are_those_of_the_model(settings, seen):
    plain = ready("face_embedder", settings, "face_embedding_512").analyze(seen, DEFAULT)
    rich = ready("face_embedder", settings, "face_embedding_1024").analyze(seen, DEFAULT)
    assert {len(v) for row in plain["face_vectors"].to_pylist() for v in row} == {512}
    assert {len(v) for row in rich["face_vectors"].to_pylist() for v in row} == {1024}
    assert plain["face_ages"].to_pylist() == plain["face_genders"].to_pylist() == [[None, None], [None, None], []]
    collins, hopper = rich["face_ages"].to_pylist()[0]
    assert 20 < collins < 55
    assert hopper > collins
    assert rich["face_genders"].to_pylist()[0][0] > 0.5


def test_without_identification_no_vector_is_computed(settings, seen):
    model, calls = counted(load(settings, "face_embedding"))
    embedder = FaceEmbedder()
    embedder.load(model)
    table = embedder.analyze(seen, FaceEmbedderOptions(identify=False))
    assert calls == []
    for column in ("face_vectors", "face_ages", "face_genders"):
        assert table[column].to_pylist() == [[None, None], [None, None], []]
    assert all(q > 0.5 for row in table["face_quality"].to_pylist() for q in row)
    embedder.analyze(seen, DEFAULT)
    assert calls == [4]


def test_a_crowd_is_shown_in_portions(settings, seen):
    model, calls = counted(load(settings, "face_embedding"))
    embedder = FaceEmbedder()
    embedder.load(model)
    crowd = seen.columns["faces"].to_pylist()[0] * 35
    table = embedder.analyze(with_faces(frame_batch(seen.frames[:1]), [crowd]), DEFAULT)
    assert calls == [64, 6]
    vectors = np.array(table["face_vectors"].to_pylist()[0])
    assert np.allclose(vectors[0::2], vectors[0], atol=1e-4)
    assert np.allclose(vectors[1::2], vectors[1], atol=1e-4)


def test_faces_that_show_nothing_get_no_vector_and_no_quality(embedder, seen):
    good = seen.columns["faces"].to_pylist()[0][0]
    tiny = good | {"width": 7.0, "height": 8.0}
    blind = good | {"landmarks": None}
    absurd = good | {"landmarks": [5.0] * 10}
    table = embedder.analyze(with_faces(frame_batch(seen.frames[:1]), [[tiny, blind, absurd, good]]), DEFAULT)
    vectors, grades = table["face_vectors"].to_pylist()[0], table["face_quality"].to_pylist()[0]
    assert [v is None for v in vectors] == [True, True, True, False]
    assert grades[:3] == [0, 0, 0]
    assert grades[3] > 0.5


def test_a_profile_gets_a_vector_that_is_hardly_trusted(embedder, seen):
    good = seen.columns["faces"].to_pylist()[0][0]
    profile = good | {"landmarks": [100, 100, 101, 100, 120, 120, 100, 140, 101, 140]}
    table = embedder.analyze(with_faces(frame_batch(seen.frames[:1]), [[profile]]), DEFAULT)
    assert np.linalg.norm(table["face_vectors"].to_pylist()[0][0]) == pytest.approx(1, abs=1e-5)
    assert 0 <= table["face_quality"].to_pylist()[0][0] < 0.05


def test_an_unread_frame_stays_unread(embedder, seen):
    batch = with_faces(frame_batch(seen.frames[:2]), [None, seen.columns["faces"].to_pylist()[1]])
    table = embedder.analyze(batch, DEFAULT)
    assert table["face_vectors"][0].as_py() is None
    assert len(table["face_vectors"][1].as_py()) == 2
    assert table.schema == embedder.schema()


def test_vectors_do_not_depend_on_the_source_size(embedder, detector, astronaut):
    canvas = np.full((600, 600, 3), 99, np.uint8)
    paste(canvas, astronaut, 40, 40)
    vectors = []
    for size in ((600, 600), (2400, 2400)):
        batch = frame_batch(canvas[None], source_size=size)
        batch = with_columns(batch, detector.analyze(batch, detector.options_type()))
        vectors.append(np.array(embedder.analyze(batch, DEFAULT)["face_vectors"].to_pylist()[0][0]))
    assert vectors[0] @ vectors[1] > 0.999


def test_outputs_are_read_as_their_authors_meant():
    probabilities = np.zeros((2, 100), np.float32)
    probabilities[0, [30, 40, 90]] = 0.5, 0.25, 0.1
    assert years(probabilities).tolist() == pytest.approx([30 + 10 / 3, 0])
    assert female(np.array([[0.25], [1.0]], np.float32)).tolist() == [0.75, 0]
    assert np.linalg.norm(normalised(np.array([[3, 4], [0, 0]], np.float32)), axis=1).tolist() == [1, 0]
