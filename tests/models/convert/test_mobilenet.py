"""MobileNetV2 with weights that the test makes, converted and run against numpy."""

import numpy as np
import onnxruntime as ort
import pytest

from aima.models.convert.mobilenet import GROUPS, mobilenet_network
from aima.models.convert.picture_vector import DIMENSION
from tests.models.convert.reference import conv_nhwc, depthwise_nhwc

CLASSES = 5
RANDOM = np.random.default_rng(17)


def normalised(name, channels):
    return {
        f"{name}.weight": RANDOM.uniform(0.8, 1.2, channels),
        f"{name}.bias": RANDOM.uniform(0, 0.5, channels),
        f"{name}.running_mean": RANDOM.uniform(-0.2, 0.2, channels),
        f"{name}.running_var": RANDOM.uniform(0.5, 1.5, channels),
    }


def layer(name, norm, after, before, side):
    kernel = RANDOM.standard_normal((after, before, side, side)) / np.sqrt(before * side * side)
    return {f"{name}.weight": kernel, **normalised(norm, after)}


@pytest.fixture(scope="module")
def weights():
    """Named as torchvision names them."""
    found = layer("features.0.0", "features.0.1", 32, 3, 3)
    number, before = 1, 32
    for wide, channels, count, _ in GROUPS:
        for _ in range(count):
            name, inner, step = f"features.{number}.conv", before * wide, 0
            if wide > 1:
                found |= layer(f"{name}.0.0", f"{name}.0.1", inner, before, 1)
                step = 1
            found |= layer(f"{name}.{step}.0", f"{name}.{step}.1", inner, 1, 3)
            found |= layer(f"{name}.{step + 1}", f"{name}.{step + 2}", channels, inner, 1)
            number, before = number + 1, channels
    found |= layer("features.18.0", "features.18.1", 1280, 320, 1)
    found |= {"classifier.1.weight": RANDOM.standard_normal((CLASSES, 1280)) / 8, "classifier.1.bias": np.ones(CLASSES)}
    return {name: np.asarray(value, np.float32) for name, value in found.items()}


def step(weights, name, norm, x, stride=1, clipped=True):
    """Convolution and normalisation as their definitions say; what has one input channel is depthwise."""
    kernel = weights[f"{name}.weight"].transpose(2, 3, 1, 0)
    edge = kernel.shape[0] // 2
    x = np.pad(x, [(0, 0), (edge, edge), (edge, edge), (0, 0)])
    alone = kernel.shape[2] == 1
    y = depthwise_nhwc(x, kernel.transpose(0, 1, 3, 2), stride, False) if alone else conv_nhwc(x, kernel, stride, False)
    of = {part: weights[f"{norm}.{part}"] for part in ("weight", "bias", "running_mean", "running_var")}
    y = (y - of["running_mean"]) / np.sqrt(of["running_var"] + 1e-5) * of["weight"] + of["bias"]
    return np.clip(y, 0, 6) if clipped else y


def probabilities(weights, x):
    x = step(weights, "features.0.0", "features.0.1", x, 2)
    number = 1
    for wide, _, count, stride in GROUPS:
        for turn in range(count):
            name, at, source = f"features.{number}.conv", 0, x
            if wide > 1:
                x, at = step(weights, f"{name}.0.0", f"{name}.0.1", x), 1
            x = step(weights, f"{name}.{at}.0", f"{name}.{at}.1", x, stride if turn == 0 else 1)
            x = step(weights, f"{name}.{at + 1}", f"{name}.{at + 2}", x, clipped=False)
            x = x + source if turn else x
            number += 1
    means = step(weights, "features.18.0", "features.18.1", x).mean(axis=(1, 2))
    powers = np.exp(means @ weights["classifier.1.weight"].T + weights["classifier.1.bias"])
    return powers / powers.sum(axis=1, keepdims=True)


def test_the_network_says_what_the_layers_say(weights):
    session = ort.InferenceSession(mobilenet_network(weights, np.zeros(DIMENSION)).SerializeToString())
    x = RANDOM.standard_normal((2, 40, 33, 3)).astype(np.float32)
    vectors, shares = session.run(["vector", "probabilities"], {"image": x.transpose(0, 3, 1, 2)})
    np.testing.assert_allclose(shares, probabilities(weights, x), rtol=1e-3, atol=1e-4)
    assert vectors.shape == (2, DIMENSION)
    assert np.ptp(shares) > 0.05


def test_missing_weights_are_an_error(weights):
    lacking = {name: value for name, value in weights.items() if name != "features.7.conv.2.weight"}
    with pytest.raises(KeyError, match=r"features\.7\.conv\.2\.weight"):
        mobilenet_network(lacking, np.zeros(DIMENSION))
