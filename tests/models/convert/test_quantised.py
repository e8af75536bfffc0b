"""Quantised operations that the test writes, converted and run against numpy."""

import numpy as np
import pytest

from aima.models.convert.graph import GraphBuilder
from aima.models.convert.quantised import Quantised
from aima.models.convert.tflite import read_tflite
from tests.models.convert.reference import conv_nhwc, depthwise_nhwc, ran
from tests.models.convert.tflite_made import Made, tflite

RANDOM = np.random.default_rng(3)
INPUT, OUTPUT = Made((1, 9, 8, 4), scale=(0.05,), zero=(-20,)), Made((1, 5, 4, 6), scale=(0.04,), zero=(10,))
SIX = Made((1, 5, 4, 6), scale=(6 / 255,), zero=(-128,))


def whole(made: Made, values: np.ndarray) -> np.ndarray:
    """Values on the grid of a tensor."""
    number = np.clip(np.rint(values / made.scale[0]) + made.zero[0], -128, 127)
    return (number - made.zero[0]) * made.scale[0]


def run(tensors, operations, x, last):
    """Convert and run; x is channels last, as is what comes back."""
    graph = read_tflite(tflite(tensors, operations, (0,), (last,)))
    builder = GraphBuilder()
    builder.add("Identity", ["x"], "plain")
    builder.add("Identity", ["plain"], "t0")
    quantised = Quantised(graph, builder)
    quantised.append(graph.operations)
    model = builder.model("test", {"x": ["n", "c", "h", "w"]}, {f"t{last}": ["n", "d", "i", "j"]})
    return ran(model, x=x.transpose(0, 3, 1, 2).astype(np.float32))[f"t{last}"].transpose(0, 2, 3, 1)


def convolution(padding, stride, activation=0):
    return [(0, "int8", padding), (1, "int32", stride), (2, "int32", stride), (3, "int8", activation)]


def weights(shape, axis):
    """Whole numbers with a scale per channel: the tensor, and what its numbers stand for."""
    scale, numbers = RANDOM.uniform(0.005, 0.02, shape[axis]), RANDOM.integers(-127, 128, shape, np.int8)
    along = [-1 if i == axis else 1 for i in range(len(shape))]
    made = Made(shape, scale=scale, zero=[0] * len(scale), axis=axis, value=numbers)
    return made, numbers * scale.astype(np.float32).reshape(along)


def bias(made):
    """A bias on the grid of the products."""
    scale, numbers = np.array(made.scale) * INPUT.scale[0], RANDOM.integers(-900, 900, len(made.scale), np.int32)
    return Made((len(scale),), "int32", scale, [0] * len(scale), value=numbers), numbers * scale


@pytest.mark.parametrize(("padding", "same"), [(0, True), (1, False)])
@pytest.mark.parametrize("output", [OUTPUT, SIX])
def test_convolution_gives_the_same_whole_numbers(padding, same, output):
    kernel, plain = weights((6, 3, 3, 4), 0)
    added, shift = bias(kernel)
    x = whole(INPUT, RANDOM.uniform(-4, 4, INPUT.shape))
    step = ("CONV_2D", (0, 1, 2), (3,), convolution(padding, 2, 3 if output is SIX else 0))
    found = run([INPUT, kernel, added, output], [step], x, 3)
    expected = whole(output, conv_nhwc(x, plain.transpose(1, 2, 3, 0), 2, same) + shift)
    np.testing.assert_allclose(found, expected, atol=1.01 * output.scale[0])
    assert np.mean(np.abs(found - expected) < 1e-4) > 0.99
    assert len(np.unique(found.round(3))) > 8


def test_depthwise_convolution_gives_the_same_whole_numbers():
    kernel, plain = weights((1, 3, 3, 4), 3)
    added, shift = bias(kernel)
    x = whole(INPUT, RANDOM.uniform(-4, 4, INPUT.shape))
    options = [*convolution(0, 1)[:3], (3, "int32", 1), (4, "int8", 0)]
    output = Made(INPUT.shape, scale=(0.03,), zero=(5,))
    found = run([INPUT, kernel, added, output], [("DEPTHWISE_CONV_2D", (0, 1, 2), (3,), options)], x, 3)
    expected = whole(output, depthwise_nhwc(x, plain.transpose(1, 2, 3, 0), 1) + shift)
    np.testing.assert_allclose(found, expected, atol=1.01 * output.scale[0])
    assert np.mean(np.abs(found - expected) < 1e-4) > 0.99


def test_quantising_and_adding_keep_to_the_grids():
    coarse, total = Made(INPUT.shape, scale=(0.5,), zero=(3,)), Made(INPUT.shape, scale=(0.1,), zero=(-100,))
    x = RANDOM.uniform(-8, 8, INPUT.shape)
    steps = [("QUANTIZE", (0,), (1,), ()), ("ADD", (0, 1), (2,), [(0, "int8", 0)])]
    found = run([INPUT, coarse, total], steps, x, 2)
    expected = whole(total, x + whole(coarse, x))
    np.testing.assert_allclose(found, expected, atol=1.01 * 0.1)
    # What lies beyond the grid is cut off at its end.
    assert found.min() == pytest.approx(-2.8)


def test_what_cannot_be_translated_is_refused_by_name():
    kernel, _ = weights((6, 3, 3, 4), 0)
    added, _ = bias(kernel)
    x = np.zeros(INPUT.shape)
    conv = ("CONV_2D", (0, 1, 2), (3,), convolution(0, 1, 3))
    with pytest.raises(ValueError, match=r"tensor 3: the activation 3 on .* is not supported"):
        run([INPUT, kernel, added, OUTPUT], [conv], x, 3)
    with pytest.raises(ValueError, match="tensor 0 is not stored"):
        run([INPUT, kernel, added, SIX], [("CONV_2D", (0, 0, 2), (3,), convolution(0, 1))], x, 3)
    with pytest.raises(ValueError, match="operation SOFTMAX is not supported"):
        run([INPUT, kernel, added, SIX], [("SOFTMAX", (0,), (3,), ())], x, 3)
    several = [*convolution(0, 1)[:3], (3, "int32", 2), (4, "int8", 0)]
    with pytest.raises(ValueError, match="several outputs per channel"):
        run([INPUT, kernel, added, SIX], [("DEPTHWISE_CONV_2D", (0, 1, 2), (3,), several)], x, 3)
