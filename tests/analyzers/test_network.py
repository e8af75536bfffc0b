"""Faces as networks want them, and what networks say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from aima.analyzers.faces import faces_of
from aima.analyzers.network import ALIGNED, answers, face_crops, insides, spread
from aima.models.loader import load


def test_crops_follow_the_contract(seen):
    faces = faces_of(seen)
    box = face_crops(seen.frames, faces, np.array([1, 3]), {"crop": "box", "box_scale": 1.2, "size": 224})
    upright = face_crops(seen.frames, faces, np.array([0, 1, 2]), ALIGNED)
    assert [crop.shape for crop in box] == [(224, 224, 3)] * 2
    assert [crop.shape for crop in upright] == [(112, 112, 3)] * 3
    # The second frame is the first one mirrored, so the same face aligned is about the mirrored crop.
    assert np.abs(upright[0][:, ::-1].astype(int) - upright[2]).mean() < 12


def test_outputs_come_under_the_names_of_the_contract(settings, seen):
    model = load(settings, "face_embedding_1024")
    crops = face_crops(seen.frames, faces_of(seen), np.array([0, 1]), model.contract)
    said = answers(model, crops, ["vector", "age", "mood"])
    assert {name: values.shape for name, values in said.items()} == {"vector": (2, 1024), "age": (2, 100)}
    alone = answers(model, crops[1:], ["vector"])["vector"][0]
    assert np.allclose(said["vector"][1], alone, atol=1e-3)


def test_nobody_means_no_answer(settings):
    assert answers(load(settings, "face_expression"), [], ["probabilities"]) == {}


def test_values_are_spread_over_all_faces():
    assert spread(["a", "b"], np.array([0, 3]), 4) == ["a", None, None, "b"]
    assert spread(None, np.array([1]), 2) == [None, None]
    with pytest.raises(ValueError, match="zip"):
        spread(["a"], np.array([0, 1]), 2)


def test_what_was_seen_of_a_face_at_the_border_ends_there(seen):
    faces = faces_of(seen)
    left = int(faces.landmarks[0, 2, 0])
    cut = replace(faces, landmarks=faces.landmarks - [left, 0])
    chosen = np.array([0])
    (crop,) = face_crops(seen.frames[:, :, left:], cut, chosen, ALIGNED)
    (there,) = insides(seen.frames[:, :, left:], cut, chosen, ALIGNED)
    assert 0.3 < there.mean() < 0.7, "the frame begins at the nose"
    assert crop[there].any(axis=1).all()
    (box,) = insides(seen.frames, faces, chosen, {"crop": "box", "box_scale": 1.2, "size": 224})
    assert box.all(), "a box repeats the border"
