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


def test_mirror_averages_both_sides(emotion, seen):
    plain = np.array(emotion.analyze(seen, EmotionOptions()).slice(0, 2)["face_expressions"].to_pylist())
    both = np.array(emotion.analyze(seen, EmotionOptions(mirror=True)).slice(0, 2)["face_expressions"].to_pylist())
    # The second frame is the first one mirrored, so its faces come in the other order of left and right.
    assert both[0][0] == pytest.approx((plain[0][0] + plain[1][0]) / 2, abs=0.1)


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
