"""A network with the layers of EfficientNet-Lite, one convolution each, converted and run against numpy."""

import itertools

import numpy as np
import pytest

from aima.models.convert.efficientnet import LAST, picture_network
from aima.models.convert.picture_vector import DIMENSION
from aima.models.convert.projection import projection
from aima.models.convert.tflite import read_tflite
from tests.models.convert.reference import ran
from tests.models.convert.tflite_made import Made, tflite

CLASSES, SIDE = 7, 6
RANDOM = np.random.default_rng(11)
PLAIN = [(0, "int8", 0), (1, "int32", 1), (2, "int32", 1), (3, "int8", 0)]
CHANNELS = (3, 96, 136, 232, 1280)


def stored(shape, span):
    numbers = RANDOM.integers(-127, 128, shape, np.int8)
    return Made(shape, scale=[span / 127] * shape[0], zero=[0] * shape[0], value=numbers)


def nothing(channels):
    return Made((channels,), "int32", [0.001] * channels, [0] * channels, value=np.zeros(channels, np.int32))


@pytest.fixture(scope="module")
def parts():
    """Tensors and operations: 1 x 1 convolutions from layer to layer, and the usual end."""
    tensors, steps = [Made((1, SIDE, SIDE, 3), scale=(1 / 64,), zero=(0,))], []
    for before, after in itertools.pairwise(CHANNELS):
        here, last = len(tensors), after == CHANNELS[-1]
        grid = {"scale": (6 / 255,), "zero": (-128,)} if last else {"scale": (1 / 32,), "zero": (1,)}
        tensors += [
            stored((after, 1, 1, before), 2 / np.sqrt(before)),
            nothing(after),
            Made((1, SIDE, SIDE, after), **grid),
        ]
        steps.append(("CONV_2D", (max(here - 1, 0), here, here + 1), (here + 2,), [*PLAIN[:3], (3, "int8", 3 * last)]))
    end, grid = len(tensors), {"scale": (6 / 255,), "zero": (-128,)}
    tensors += [
        Made((1, 1, 1, 1280), **grid),
        Made((1, 1280), **grid),
        stored((CLASSES, 1280), 0.2),
        nothing(CLASSES),
        Made((1, CLASSES), scale=(0.1,)),
        Made((1, CLASSES), scale=(1 / 256,), zero=(-128,)),
        Made((1, CLASSES), "uint8", scale=(1 / 256,)),
    ]
    steps += [
        ("AVERAGE_POOL_2D", (end - 1,), (end,), PLAIN[:3]),
        ("RESHAPE", (end,), (end + 1,), ()),
        ("FULLY_CONNECTED", (end + 1, end + 2, end + 3), (end + 4,), [(0, "int8", 0)]),
        ("SOFTMAX", (end + 4,), (end + 5,), ()),
        ("QUANTIZE", (end + 5,), (end + 6,), ()),
    ]
    return tensors, steps


def layers(tensors, x):
    """Outputs of the convolutions on their grids, channels last."""
    found = []
    for i in range(1, 3 * len(CHANNELS[1:]), 3):
        kernel, output = tensors[i], tensors[i + 2]
        plain = kernel.value[:, 0, 0] * np.array(kernel.scale)[:, None]
        number = np.clip(np.rint(x @ plain.T / output.scale[0]) + output.zero[0], -128, 127)
        x = (number - output.zero[0]) * output.scale[0]
        found.append(x)
    return found


def unit(values):
    return values / np.linalg.norm(values)


def test_vector_and_probabilities_are_made_of_the_layers_as_described(parts):
    tensors, steps = parts
    network = picture_network(read_tflite(tflite(tensors, steps, (0,), (len(tensors) - 1,))), np.full(DIMENSION, 0.01))
    x = RANDOM.integers(-64, 64, (1, SIDE, SIDE + 3, 3)) / 64
    found = ran(network, image=x.transpose(0, 3, 1, 2).astype(np.float32))
    *blocks, last = (layer[0].reshape(-1, layer.shape[-1]) for layer in layers(tensors, x))
    means = last.mean(axis=0)
    shortened = unit(unit(np.sqrt(means)) @ projection(1280, DIMENSION - 96 - 136 - 232))
    expected = np.concatenate([*(unit(block.std(axis=0)) for block in blocks), LAST * shortened]) - 0.01
    np.testing.assert_allclose(found["vector"][0], expected, atol=2e-3)
    dense = tensors[-5]
    powers = np.exp(means @ (dense.value * np.array(dense.scale)[:, None]).T)
    np.testing.assert_allclose(found["probabilities"][0], powers / powers.sum(), rtol=0.05)


def test_another_network_is_refused(parts):
    tensors, steps = parts
    with pytest.raises(ValueError, match="does not end as an EfficientNet does"):
        picture_network(read_tflite(tflite(tensors, steps[:-1], (0,), (0,))), np.zeros(DIMENSION))
    without = [steps[0], *steps[2:]]
    with pytest.raises(ValueError, match="no block of 136 channels"):
        picture_network(read_tflite(tflite(tensors, without, (0,), (0,))), np.zeros(DIMENSION))
