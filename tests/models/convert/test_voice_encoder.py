"""The voice encoder with weights that the test makes, converted and run against numpy."""

import numpy as np
import pytest

from aima.models.convert.voice_encoder import (
    BANDS,
    FRAMES,
    HOP,
    RATE,
    SAMPLES,
    WINDOW,
    mel_bands,
    voice_encoder_network,
)
from tests.models.convert.reference import memory, memory_weights, ran

RANDOM = np.random.default_rng(37)
HIDDEN, DIMENSION = 6, 5


@pytest.fixture(scope="module")
def weights():
    linear = {"linear.weight": RANDOM.standard_normal((DIMENSION, HIDDEN)), "linear.bias": np.full(DIMENSION, 0.2)}
    found = memory_weights(RANDOM, BANDS, HIDDEN, 3, both_ways=False) | linear
    return {name: np.asarray(value, np.float32) for name, value in found.items()}


def vector(weights, sound):
    """Power of a short Fourier transform in bands, three layers with memory, what is above 0, length 1."""
    hann = np.hanning(WINDOW + 1)[:-1]
    pieces = np.lib.stride_tricks.sliding_window_view(sound, WINDOW, axis=1)[:, ::HOP] * hann
    power = np.abs(np.fft.rfft(pieces)) ** 2
    steps = (power @ mel_bands().T).transpose(1, 0, 2)
    assert len(steps) == FRAMES
    last = memory(weights, steps, 3, both_ways=False)[-1]
    raw = np.maximum(last @ weights["linear.weight"].T + weights["linear.bias"], 0)
    return raw / np.linalg.norm(raw, axis=1, keepdims=True)


def test_the_network_says_what_the_layers_say(weights):
    sound = (0.05 * RANDOM.standard_normal((3, SAMPLES))).astype(np.float32)
    sound[1] *= np.sin(2 * np.pi * 440 * np.arange(SAMPLES) / RATE)
    said = ran(voice_encoder_network(weights), sound=sound)["vector"]
    np.testing.assert_allclose(said, vector(weights, sound), atol=1e-4)
    assert np.ptp(said) > 0.2


def test_bands_are_triangles_of_equal_area_linear_below_one_kilohertz_and_logarithmic_above():
    bands = mel_bands()
    peaks = bands.argmax(axis=1) * RATE / WINDOW
    assert bands.shape == (BANDS, WINDOW // 2 + 1)
    # One half of 2 / width times width.
    assert bands[10:].sum(axis=1) * RATE / WINDOW == pytest.approx(1, abs=0.1)
    assert np.diff(peaks[peaks < 900]) == pytest.approx(np.diff(peaks)[0], abs=RATE / WINDOW)
    high = peaks[peaks > 2000]
    assert high[1:] / high[:-1] == pytest.approx(high[-1] / high[-2], rel=0.03)


def test_missing_weights_are_an_error(weights):
    lacking = {name: value for name, value in weights.items() if name != "lstm.bias_hh_l2"}
    with pytest.raises(KeyError, match=r"lstm\.bias_hh_l2"):
        voice_encoder_network(lacking)
