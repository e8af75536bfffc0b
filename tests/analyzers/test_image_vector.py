"""Pictures that are alike have alike vectors, whatever became of them on the way."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from aima.analyzers.image_vector import QUERY, ImageVectorOptions, imagenet_classes, middle, scaled
from aima.models.loader import load
from tests.analyzers.batches import counted, frame_batch, ready

DEFAULT = ImageVectorOptions()


@pytest.fixture(scope="module")
def pictures(settings):
    return ready("image_vector", settings)


def vector(pictures, frame, options=DEFAULT) -> np.ndarray:
    return np.array(pictures.analyze(frame_batch(frame[None]), options)["image_vector"].to_pylist()[0])


def degraded(frame: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A copy with 10 to 30 % of width and height cut off, at 50 to 100 % of its size, as JPEG of quality 30 to 60."""
    kept = 1 - random.uniform(0.1, 0.3)
    height, width = (round(side * kept) for side in frame.shape[:2])
    top, left = (
        int(random.integers(0, side - part + 1)) for side, part in zip(frame.shape[:2], (height, width), strict=True)
    )
    zoom = random.uniform(0.5, 1.0)
    small = cv2.resize(
        frame[top : top + height, left : left + width], None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA
    )
    coded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(30, 61))])[1]
    return cv2.imdecode(coded, cv2.IMREAD_COLOR)


def first_share(pictures, frames: list[np.ndarray], wanted: list[int]) -> float:
    """Share of the wanted pictures that are the most alike of all to their degraded copies."""
    kept, random = np.stack([vector(pictures, frame) for frame in frames]), np.random.default_rng(4)
    asked = np.stack([vector(pictures, degraded(frames[i], random), QUERY) for i in wanted])
    return float(np.mean((asked @ kept.T).argmax(axis=1) == wanted))


def test_vectors_have_length_one_and_are_told_the_same_each_time(pictures, astronaut):
    found = vector(pictures, astronaut)
    assert found.shape == (1024,)
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-5)
    assert vector(pictures, astronaut).tolist() == found.tolist()
    assert not np.allclose(vector(pictures, astronaut, QUERY), found, atol=0.01)


def scenes(portraits: list[np.ndarray]) -> list[np.ndarray]:
    """Twelve pictures of two persons: at different places, before different grounds."""
    made, random = [], np.random.default_rng(1)
    for i in range(12):
        ground = cv2.resize(random.integers(0, 256, (4 + i, 6 + i, 3), np.uint8), (480, 320))
        portrait = cv2.resize(portraits[i % 2], (140 + 10 * i, 200))
        left = 20 * i if 20 * i + portrait.shape[1] < 480 else 0
        ground[100:300, left : left + portrait.shape[1]] = portrait
        made.append(ground)
    return made


def test_cut_and_coarse_copies_are_found_first(pictures, astronaut, hopper):
    assert first_share(pictures, scenes([astronaut, hopper]), list(range(12))) >= 0.9


def test_cut_and_coarse_copies_of_photographs_are_found_first(pictures, media_dir):
    files = sorted(path for kind in ("faces", "expression", "face_counts") for path in _pictures(media_dir / kind))
    frames = [cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB) for path in files[::3]]
    wanted = np.random.default_rng(2).permutation(len(frames))[:40].tolist()
    assert len(frames) > 70
    assert first_share(pictures, frames, wanted) >= 0.95


def _pictures(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.suffix in {".jpg", ".png"}]


def test_the_model_of_strict_licences_does_the_same(settings, astronaut, hopper):
    other = ready("image_vector", settings, "mobilenet_v2")
    assert first_share(other, scenes([astronaut, hopper]), list(range(12))) >= 0.9
    told = other.analyze(frame_batch(hopper[None]), DEFAULT)
    assert told["image_labels"].to_pylist()[0][0]["label"] == "military uniform"
    assert len(told["image_vector"].to_pylist()[0]) == 1024


def test_labels_name_what_is_worn_surest_first(pictures, hopper):
    told = pictures.analyze(frame_batch(hopper[None]), ImageVectorOptions(min_score=0, labels=20))["image_labels"]
    labels = told.to_pylist()[0]
    assert labels[0]["label"] == "military uniform"
    assert len(labels) == 20
    scores = [label["score"] for label in labels]
    assert scores == sorted(scores, reverse=True)
    assert 0.5 < scores[0] <= sum(scores) <= 1 + 1e-5
    few = pictures.analyze(frame_batch(hopper[None]), DEFAULT)["image_labels"].to_pylist()[0]
    assert few == [label for label in labels[:5] if label["score"] >= DEFAULT.min_score]


def test_a_thousand_classes_have_names_of_their_own():
    assert len({name.lower() for name in imagenet_classes()}) == 1000
    assert not any("," in name for name in imagenet_classes())


def test_only_key_frames_are_looked_at(settings, pictures, astronaut):
    model, sizes = counted(load(settings, "image_embedding"))
    watched = type(pictures)()
    watched.load(model)
    frames = np.stack([astronaut] * 7)
    table = watched.analyze(frame_batch(frames), QUERY)
    vectors, labels = (table[name].to_pylist() for name in ("image_vector", "image_labels"))
    assert [row is None for row in vectors] == [row is None for row in labels]
    assert [row is None for row in vectors] == [False, True, True, True, True, False, True]
    assert vectors[0] == vectors[5]
    assert sizes == [1, 1]
    assert table.schema == pictures.schema()
    assert pictures.analyze(frame_batch(frames[:0]), DEFAULT).num_rows == 0


@pytest.mark.parametrize("shape", [(1, 1), (2, 3000), (720, 1280), (90, 60)])
def test_pictures_of_any_shape_have_a_vector(pictures, shape):
    frame = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    assert np.linalg.norm(vector(pictures, frame)) == pytest.approx(1, abs=1e-5)


def test_a_picture_keeps_its_proportion_and_its_middle(astronaut):
    assert scaled(np.zeros((720, 1280, 3), np.uint8), 78400).shape == (210, 373, 3)
    assert scaled(np.zeros((1, 30000, 3), np.uint8), 78400).shape == (32, 2450, 3)
    assert scaled(np.zeros((30000, 1, 3), np.uint8), 78400).shape == (2450, 32, 3)
    assert middle(astronaut).shape[:2] == tuple(round(0.8 * side) for side in astronaut.shape[:2])
    assert middle(astronaut)[0, 0].tolist() == astronaut[51, 51].tolist()
