"""CAM++ with weights that the test makes, converted and run against numpy."""

import numpy as np
import pytest

from aima.models.convert.campplus import BANDS, BLOCKS, campplus_network
from tests.models.convert.reference import batch_norm, conv_1d, conv_nhwc, ran, sigmoid

RANDOM = np.random.default_rng(31)
HEAD, FIRST, GROWTH, NARROW, DIMENSION = 4, 16, 4, 8, 12


def normalised(name, channels):
    return {
        f"{name}.weight": RANDOM.uniform(0.8, 1.2, channels),
        f"{name}.bias": RANDOM.uniform(0, 0.5, channels),
        f"{name}.running_mean": RANDOM.uniform(-0.2, 0.2, channels),
        f"{name}.running_var": RANDOM.uniform(0.5, 1.5, channels),
    }


def kernel(*shape):
    return RANDOM.standard_normal(shape) / np.sqrt(np.prod(shape[1:]))


def head():
    found = {"head.conv1.weight": kernel(HEAD, 1, 3, 3), "head.conv2.weight": kernel(HEAD, HEAD, 3, 3)}
    found |= normalised("head.bn1", HEAD) | normalised("head.bn2", HEAD)
    for layer in ("layer1", "layer2"):
        for block in (0, 1):
            for part in (1, 2):
                found[f"head.{layer}.{block}.conv{part}.weight"] = kernel(HEAD, HEAD, 3, 3)
                found |= normalised(f"head.{layer}.{block}.bn{part}", HEAD)
        found[f"head.{layer}.0.shortcut.0.weight"] = kernel(HEAD, HEAD, 1, 1)
        found |= normalised(f"head.{layer}.0.shortcut.1", HEAD)
    return found


def dense_layer(name, channels):
    masking = f"{name}.cam_layer"
    return {
        **normalised(f"{name}.nonlinear1.batchnorm", channels),
        f"{name}.linear1.weight": kernel(NARROW, channels, 1),
        **normalised(f"{name}.nonlinear2.batchnorm", NARROW),
        f"{masking}.linear_local.weight": kernel(GROWTH, NARROW, 3),
        f"{masking}.linear1.weight": kernel(NARROW // 2, NARROW, 1),
        f"{masking}.linear1.bias": RANDOM.standard_normal(NARROW // 2),
        f"{masking}.linear2.weight": 3 * kernel(GROWTH, NARROW // 2, 1),
        f"{masking}.linear2.bias": RANDOM.standard_normal(GROWTH),
    }


@pytest.fixture(scope="module")
def weights():
    """Named as 3D-Speaker names them, with fewer channels than it has."""
    found = head() | {"xvector.tdnn.linear.weight": kernel(FIRST, HEAD * BANDS // 8, 5)}
    found |= normalised("xvector.tdnn.nonlinear.batchnorm", FIRST)
    channels = FIRST
    for number, (layers, _) in enumerate(BLOCKS, start=1):
        for layer in range(1, layers + 1):
            found |= dense_layer(f"xvector.block{number}.tdnnd{layer}", channels)
            channels += GROWTH
        found |= normalised(f"xvector.transit{number}.nonlinear.batchnorm", channels)
        found[f"xvector.transit{number}.linear.weight"] = kernel(channels // 2, channels, 1)
        channels //= 2
    found |= normalised("xvector.out_nonlinear.batchnorm", channels)
    found["xvector.dense.linear.weight"] = kernel(DIMENSION, 2 * channels, 1)
    last = normalised("xvector.dense.nonlinear.batchnorm", DIMENSION)
    found |= {name: value for name, value in last.items() if "running" in name}
    return {name: np.asarray(value, np.float32) for name, value in found.items()}


def conv_2d(x, kernel, stride=1):
    """x [n, in, bands, frames]; the stride is that of bands, the padding keeps frames."""
    edge = kernel.shape[2] // 2
    pixels = np.pad(x, [(0, 0), (0, 0), (edge, edge), (edge, edge)]).transpose(0, 2, 3, 1)
    return conv_nhwc(pixels, kernel.transpose(2, 3, 1, 0), 1, False).transpose(0, 3, 1, 2)[:, :, ::stride]


def relu(x):
    return np.maximum(x, 0)


def residual(weights, name, x, stride):
    y = relu(batch_norm(weights, f"{name}.bn1", conv_2d(x, weights[f"{name}.conv1.weight"], stride)))
    y = batch_norm(weights, f"{name}.bn2", conv_2d(y, weights[f"{name}.conv2.weight"]))
    if stride > 1:
        x = batch_norm(weights, f"{name}.shortcut.1", conv_2d(x, weights[f"{name}.shortcut.0.weight"], stride))
    return relu(x + y)


def masked(weights, name, x, dilation):
    """Context-aware masking: what is heard, times 0..1 by the mean of all and of each hundred steps."""
    near = conv_1d(x, weights[f"{name}.linear_local.weight"], padding=dilation, dilation=dilation)
    stretches = [x[:, :, at : at + 100] for at in range(0, x.shape[2], 100)]
    context = np.concatenate([np.broadcast_to(s.mean(axis=2, keepdims=True), s.shape) for s in stretches], axis=2)
    context = context + x.mean(axis=2, keepdims=True)
    inner = relu(conv_1d(context, weights[f"{name}.linear1.weight"]) + weights[f"{name}.linear1.bias"][:, None])
    return near * sigmoid(conv_1d(inner, weights[f"{name}.linear2.weight"]) + weights[f"{name}.linear2.bias"][:, None])


def dense(weights, name, x, dilation):
    y = conv_1d(relu(batch_norm(weights, f"{name}.nonlinear1.batchnorm", x)), weights[f"{name}.linear1.weight"])
    y = relu(batch_norm(weights, f"{name}.nonlinear2.batchnorm", y))
    return np.concatenate([x, masked(weights, f"{name}.cam_layer", y, dilation)], axis=1)


def vector(weights, bank):
    x = relu(batch_norm(weights, "head.bn1", conv_2d(bank.transpose(0, 2, 1)[:, None], weights["head.conv1.weight"])))
    for name, stride in (("layer1.0", 2), ("layer1.1", 1), ("layer2.0", 2), ("layer2.1", 1)):
        x = residual(weights, f"head.{name}", x, stride)
    x = relu(batch_norm(weights, "head.bn2", conv_2d(x, weights["head.conv2.weight"], 2)))
    x = x.reshape(len(x), -1, x.shape[3])
    x = conv_1d(x, weights["xvector.tdnn.linear.weight"], stride=2, padding=2)
    x = relu(batch_norm(weights, "xvector.tdnn.nonlinear.batchnorm", x))
    for number, (layers, dilation) in enumerate(BLOCKS, start=1):
        for layer in range(1, layers + 1):
            x = dense(weights, f"xvector.block{number}.tdnnd{layer}", x, dilation)
        x = relu(batch_norm(weights, f"xvector.transit{number}.nonlinear.batchnorm", x))
        x = conv_1d(x, weights[f"xvector.transit{number}.linear.weight"])
    x = relu(batch_norm(weights, "xvector.out_nonlinear.batchnorm", x))
    x = np.concatenate([x.mean(axis=2), x.std(axis=2, ddof=1)], axis=1)
    x = x @ weights["xvector.dense.linear.weight"][:, :, 0].T
    mean, variance = (weights[f"xvector.dense.nonlinear.batchnorm.running_{part}"] for part in ("mean", "var"))
    return (x - mean) / np.sqrt(variance + 1e-5)


@pytest.mark.parametrize("frames", [40, 199, 200, 203, 421])
def test_the_network_says_what_the_layers_say_of_any_length(weights, frames):
    bank = RANDOM.standard_normal((2, frames, BANDS)).astype(np.float32)
    bank[1] *= np.linspace(0.5, 5, frames)[:, None]
    said = ran(campplus_network(weights), bank=bank)["vector"]
    expected = vector(weights, bank)
    np.testing.assert_allclose(said, expected, rtol=1e-4, atol=1e-4)
    assert np.abs(np.diff(expected, axis=0)).max() > 0.04


def test_missing_weights_are_an_error(weights):
    lacking = {name: value for name, value in weights.items() if name != "xvector.block2.tdnnd7.linear1.weight"}
    with pytest.raises(KeyError, match=r"block2\.tdnnd7\.linear1"):
        campplus_network(lacking)
