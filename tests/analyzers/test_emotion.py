"""Expressions are probabilities in the order that everybody relies on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from aima.analyzers.emotion import Emotion, EmotionOptions
from aima.domain.observation import EXPRESSIONS
from aima.models.loader import load
from tests.analyzers.batches import counted, frame_batch, ready, with_faces


@pytest.fixture(scope="module")
def emotion(settings):
    return ready("emotion", settings)


@pytest.mark.parametrize("mirror", [False, True])
def test_a_smile_is_happiness(emotion, seen, mirror):
    rows = emotion.analyze(seen, EmotionOptions(mirror=mirror))["face_expressions"].to_pylist()
    assert [len(row) for row in rows] == [2, 2, 0]
    smile = np.array(rows[0][0])
    assert EXPRESSIONS[int(smile.argmax())] == "happiness"
    assert np.sum(rows[:2], axis=2) == pytest.approx(np.ones((2, 2)), abs=1e-5)
    assert np.min(rows[:2]) >= 0


def test_mirror_pools_both_sides(emotion, seen):
    plain = np.array(emotion.analyze(seen, EmotionOptions(mirror=False))["face_expressions"].to_pylist()[:2])
    both = np.array(emotion.analyze(seen, EmotionOptions())["face_expressions"].to_pylist()[:2])
    # The second frame is the first one mirrored: its largest face is the same face, seen from the other side.
    pooled = np.sqrt(plain[0][0] * plain[1][0])
    assert both[0][0] == pytest.approx(pooled / pooled.sum(), abs=0.1)


def test_a_face_and_its_mirror_image_show_the_same(emotion, seen):
    """In a picture that is mirrored exactly; the box is cut out at whole pixels of both."""
    good = seen.columns["faces"].to_pylist()[0][0]
    box = {"left": 270.0, "top": 160.0, "width": 100.0, "height": 100.0}
    other = box | {"left": seen.frames.shape[2] - 370.0}
    frames = np.stack([seen.frames[0], seen.frames[0][:, ::-1]])
    batch = with_faces(frame_batch(frames), [[good | box], [good | other]])

    def logarithms(mirror: bool) -> np.ndarray:
        shown = emotion.analyze(batch, EmotionOptions(mirror=mirror))["face_expressions"].to_pylist()
        return np.log(np.array(shown)[:, 0])

    one_side, other_side = logarithms(mirror=False)
    assert np.abs(one_side - other_side).max() > 0.5
    one_side, other_side = logarithms(mirror=True)
    assert one_side == pytest.approx(other_side, abs=0.1)


def test_the_temperature_takes_sureness_away_but_no_order(settings, seen):
    model = load(settings, "face_expression")
    shown = {}
    for temperature in (1.0, 4.0):
        emotion = Emotion()
        emotion.load(replace(model, contract={**model.contract, "temperature": temperature}))
        shown[temperature] = np.array(emotion.analyze(seen, EmotionOptions())["face_expressions"].to_pylist()[0])
    assert shown[4.0] ** 4 / (shown[4.0] ** 4).sum(axis=1, keepdims=True) == pytest.approx(shown[1.0], abs=1e-4)
    assert (shown[4.0].max(axis=1) < shown[1.0].max(axis=1)).all()


def test_classes_are_brought_into_our_order(settings, seen):
    model = load(settings, "face_expression")
    turned = Emotion()
    turned.load(replace(model, contract={**model.contract, "classes": list(reversed(EXPRESSIONS))}))
    straight = Emotion()
    straight.load(model)
    options = EmotionOptions()
    a = straight.analyze(seen, options)["face_expressions"].to_pylist()[0][0]
    b = turned.analyze(seen, options)["face_expressions"].to_pylist()[0][0]
    assert a == pytest.approx(b[::-1])


def test_a_model_without_an_expression_is_refused(settings):
    model = load(settings, "face_expression")
    with pytest.raises(ValueError, match="surprise"):
        Emotion().load(replace(model, contract={**model.contract, "classes": list(EXPRESSIONS[:-1])}))


def test_faces_too_small_to_read_get_null_and_nobody_costs_nothing(settings, seen):
    model, calls = counted(load(settings, "face_expression"))
    emotion = Emotion()
    emotion.load(model)
    good = seen.columns["faces"].to_pylist()[0][0]
    batch = with_faces(frame_batch(seen.frames), [[good | {"width": 9.0, "height": 9.0}], [], None])
    table = emotion.analyze(batch, EmotionOptions())
    assert table["face_expressions"].to_pylist() == [[None], [], None]
    assert calls == []
    assert table.schema == emotion.schema()
