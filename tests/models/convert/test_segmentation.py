"""The network of speaker turns with weights that the test makes, converted and run against numpy."""

import numpy as np
import pytest

from aima.models.convert.segmentation import RATE, band_filters, segmentation_network
from tests.models.convert.reference import conv_1d, memory, memory_weights, ran

RANDOM = np.random.default_rng(29)
BANK = "sincnet.conv1d.0.filterbank"
TAPS = 125
CLASSES = 7


def of_bands(low_hz, band_hz):
    """Weights of filters whose bands begin 50 Hz above low_hz, and are 50 Hz wider than band_hz."""
    return {
        f"{BANK}.low_hz_": np.array(low_hz, np.float32)[:, None],
        f"{BANK}.band_hz_": np.array(band_hz, np.float32)[:, None],
        f"{BANK}.n_": (2 * np.pi * np.arange(-TAPS, 0) / RATE).astype(np.float32)[None],
        f"{BANK}.window_": np.hamming(2 * TAPS + 1)[:TAPS].astype(np.float32),
    }


def test_each_filter_lets_its_band_pass_whatever_the_phase():
    filters = band_filters(of_bands([250, -1950], [150, -350]), BANK)[:, 0]
    assert filters.shape == (4, 2 * TAPS + 1)
    for band, inside, outside in ((0, 400, 1500), (1, 2200, 600)):
        for phase in (0, 1):
            passed, stopped = (
                np.hypot(
                    *(
                        filters[band + part] @ np.sin(2 * np.pi * hertz * np.arange(251) / RATE + phase)
                        for part in (0, 2)
                    )
                )
                for hertz in (inside, outside)
            )
            assert passed > 20 * stopped


@pytest.fixture(scope="module")
def weights():
    """Named as pyannote names them, with fewer filters than it has."""
    found = of_bands([30, 900, 3000], [200, 300, 400]) | memory_weights(RANDOM, 5, 6, 4, both_ways=True)
    for name, channels in (("wav_norm1d", 1), ("norm1d.0", 6), ("norm1d.1", 5), ("norm1d.2", 5)):
        found[f"sincnet.{name}.weight"] = RANDOM.uniform(0.5, 1.5, channels)
        found[f"sincnet.{name}.bias"] = RANDOM.uniform(-0.5, 0.5, channels)
    for name, shape in (("conv1d.1", (5, 6, 5)), ("conv1d.2", (5, 5, 5))):
        found[f"sincnet.{name}.weight"] = RANDOM.standard_normal(shape) / 5
        found[f"sincnet.{name}.bias"] = RANDOM.standard_normal(shape[0])
    for name, shape in (("linear.0", (8, 12)), ("linear.1", (8, 8)), ("classifier", (CLASSES, 8))):
        found[f"{name}.weight"] = RANDOM.standard_normal(shape)
        found[f"{name}.bias"] = RANDOM.standard_normal(shape[0])
    return {name: np.asarray(value, np.float32) for name, value in found.items()}


def instance_norm(weights, name, x):
    mean, variance = x.mean(axis=2, keepdims=True), x.var(axis=2, keepdims=True)
    gain, bias = (weights[f"sincnet.{name}.{part}"][:, None] for part in ("weight", "bias"))
    return (x - mean) / np.sqrt(variance + 1e-5) * gain + bias


def greatest_of_three(x):
    return x[:, :, : x.shape[2] // 3 * 3].reshape(*x.shape[:2], -1, 3).max(axis=3)


def leaky(x):
    return np.where(x < 0, 0.01 * x, x)


def scores(weights, sound):
    x = instance_norm(weights, "wav_norm1d", sound[:, None])
    for number in range(3):
        kernel = weights[f"sincnet.conv1d.{number}.weight"] if number else band_filters(weights, BANK)
        x = conv_1d(x, kernel, stride=1 if number else 10)
        x = x + weights[f"sincnet.conv1d.{number}.bias"][:, None] if number else np.abs(x)
        x = leaky(instance_norm(weights, f"norm1d.{number}", greatest_of_three(x)))
    x = memory(weights, x.transpose(2, 0, 1), 4, both_ways=True)
    for number in range(2):
        x = leaky(x @ weights[f"linear.{number}.weight"].T + weights[f"linear.{number}.bias"])
    x = x @ weights["classifier.weight"].T + weights["classifier.bias"]
    return (x - np.log(np.exp(x).sum(axis=2, keepdims=True))).transpose(1, 0, 2)


def test_the_network_says_what_the_layers_say(weights):
    sound = RANDOM.standard_normal((2, 4000)).astype(np.float32)
    said = ran(segmentation_network(weights), sound=sound)["scores"]
    expected = scores(weights, sound)
    assert said.shape == expected.shape == (2, 12, CLASSES)
    np.testing.assert_allclose(said, expected, atol=1e-4)
    assert np.ptp(expected, axis=1).max() > 0.1


def test_missing_weights_are_an_error(weights):
    lacking = {name: value for name, value in weights.items() if name != "linear.1.bias"}
    with pytest.raises(KeyError, match=r"linear\.1\.bias"):
        segmentation_network(lacking)
