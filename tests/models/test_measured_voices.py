"""What the catalogue says of the voice model, measured again on recordings of real voices."""

import json

import numpy as np
import pytest
from sklearn.metrics import roc_curve

from aima.fusion.thresholds import VECTOR_ENOUGH_SECONDS
from aima.models.calibrate import fit_calibration
from aima.models.loader import load
from tests.analyzers.batches import ready
from tests.analyzers.hearing import listened, read_sound


@pytest.fixture(scope="module")
def pairs(settings, media_dir):
    """Similarity and truth of every labelled pair; a recording's vector is the mean of what is heard longest in it."""
    labels = json.loads((media_dir / "truth" / "voice_pairs.json").read_text())
    listeners = [ready(name, settings) for name in ("speaker_turns", "speaker_embedder")]
    vectors = {}
    for file in sorted({pair[side] for pair in labels for side in "ab"}):
        rows = listened(read_sound(media_dir / file), listeners)["speaker_embedder"].to_pylist()
        heard = [both for row in rows for both in zip(row["voice_vectors"], row["voice_seconds"], strict=True)]
        enough = min(VECTOR_ENOUGH_SECONDS, max(seconds for _, seconds in heard))
        mean = sum(np.array(vector) * seconds for vector, seconds in heard if vector and seconds >= enough)
        vectors[file] = mean / np.linalg.norm(mean)
    return [vectors[pair["a"]] @ vectors[pair["b"]] for pair in labels], [bool(pair["same"]) for pair in labels]


def test_strangers_and_one_voice_are_told_apart_but_for_three_in_a_hundred(pairs):
    scores, same = pairs
    false, found, _ = roc_curve(same, scores)
    closest = np.argmin(np.abs(false - (1 - found)))
    assert (false[closest] + 1 - found[closest]) / 2 <= 0.03


def test_calibration_is_what_the_named_pairs_give(settings, pairs):
    again = fit_calibration(*pairs)
    model = load(settings, "campplus")
    said = model.calibration
    assert -again.intercept / again.slope == pytest.approx(-said.intercept / said.slope, abs=0.02)
    assert again.slope == pytest.approx(said.slope, rel=0.15)
    assert said.log_odds(model.thresholds["same"]) == pytest.approx(0, abs=0.2)
    assert said.log_odds(model.thresholds["review"]) == pytest.approx(-2, abs=0.2)
