"""Small TensorFlow.js graphs that the tests write, converted and run against numpy."""

import numpy as np
import onnxruntime as ort
import pytest

from aima.models.convert.graph import GraphBuilder
from aima.models.convert.ops import translate
from aima.models.convert.tfjs import read_graph
from tests.models.convert.made import model_json, padded, word
from tests.models.convert.reference import conv_nhwc, depthwise_nhwc

RANDOM = np.random.default_rng(7)


def run(nodes, constants, x):
    """Convert and run; the last node is the output."""
    builder = GraphBuilder()
    translate(read_graph(*model_json(nodes, constants)), builder)
    output = nodes[-1]["name"]
    model = builder.model("test", {"x": list(x.shape)}, {output: [f"d{i}" for i in range(output_rank(nodes, x))]})
    return ort.InferenceSession(model.SerializeToString()).run([output], {"x": x})[0]


def output_rank(nodes, x):
    return 2 if any(node["op"] in {"Mean", "_FusedMatMul"} for node in nodes) else x.ndim


def floats(*shape):
    return RANDOM.standard_normal(shape).astype(np.float32)


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize(("kind", "same"), [("SAME", True), ("VALID", False)])
@pytest.mark.parametrize("size", [(8, 8), (7, 10)])
def test_convolution(stride, kind, same, size):
    x, kernel = floats(2, *size, 3), floats(3, 3, 3, 5)
    node = {"op": "Conv2D", "name": "y", "input": ["x", "k"], "attr": padded(kind, stride)}
    np.testing.assert_allclose(run([node], {"k": kernel}, x), conv_nhwc(x, kernel, stride, same), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("multiplier", [1, 2])
def test_depthwise_convolution(multiplier):
    x, kernel = floats(1, 9, 8, 4), floats(3, 3, 4, multiplier)
    node = {"op": "DepthwiseConv2dNative", "name": "y", "input": ["x", "k"], "attr": padded("SAME", 2)}
    np.testing.assert_allclose(run([node], {"k": kernel}, x), depthwise_nhwc(x, kernel, 2), rtol=1e-4, atol=1e-5)


def test_depthwise_convolution_with_bias_and_activation():
    x, kernel, bias = floats(1, 9, 8, 4), floats(3, 3, 4, 1), floats(4)
    fused = {"fused_ops": {"list": {"s": [word("BiasAdd"), word("Relu")]}}}
    attributes = padded("SAME", 1) | fused
    node = {"op": "FusedDepthwiseConv2dNative", "name": "y", "input": ["x", "k", "b"], "attr": attributes}
    expected = np.maximum(depthwise_nhwc(x, kernel, 1) + bias, 0)
    np.testing.assert_allclose(run([node], {"k": kernel, "b": bias}, x), expected, rtol=1e-4, atol=1e-5)


def test_doubling_keeps_every_pixel_and_puts_the_mean_between_two():
    x = floats(1, 3, 4, 2)
    node = {"op": "ResizeBilinear", "name": "y", "input": ["x", "size"], "attr": {}}
    found = run([node], {"size": np.array([6, 8], np.int32)}, x)
    np.testing.assert_allclose(found[:, ::2, ::2], x, rtol=1e-6)
    np.testing.assert_allclose(found[:, ::2, 1:-1:2], (x[:, :, :-1] + x[:, :, 1:]) / 2, rtol=1e-5, atol=1e-6)
    # Beyond the last pixel there is nothing to mix with.
    np.testing.assert_allclose(found[:, -1], found[:, -2], rtol=1e-6)


def test_clipping_at_six_and_joining():
    x = 8 * floats(1, 3, 3, 2)
    nodes = [
        {"op": "Relu6", "name": "r", "input": ["x"]},
        {"op": "ConcatV2", "name": "y", "input": ["r", "x", "axis"]},
    ]
    found = run(nodes, {"axis": np.array(3, np.int32)}, x)
    np.testing.assert_allclose(found, np.concatenate([np.clip(x, 0, 6), x], axis=3), rtol=1e-6)
    assert x.max() > 6


def test_a_part_of_a_graph_needs_nothing_of_the_rest():
    nodes = [
        {"op": "Relu", "name": "a", "input": ["x"]},
        {"op": "Einsum", "name": "beyond", "input": ["a"]},
        {"op": "Sigmoid", "name": "y", "input": ["a:0", "^beyond"]},
    ]
    graph = read_graph(*model_json(nodes, {"k": np.zeros(1, np.float32)}))
    assert [node.name for node in graph.up_to(["y"]).nodes] == ["x", "a", "y"]
    assert [node.name for node in graph.up_to(["y", "beyond"]).nodes] == ["x", "a", "beyond", "y"]


@pytest.mark.parametrize("kind", ["SAME", "VALID"])
def test_convolution_with_bias_and_activation(kind):
    x, kernel, bias = floats(2, 7, 6, 3), floats(3, 3, 3, 5), floats(5)
    fused = {"fused_ops": {"list": {"s": [word("BiasAdd"), word("Relu")]}}}
    node = {"op": "_FusedConv2D", "name": "y", "input": ["x", "k", "b"], "attr": padded(kind, 2) | fused}
    expected = np.maximum(conv_nhwc(x, kernel, 2, kind == "SAME") + bias, 0)
    np.testing.assert_allclose(run([node], {"k": kernel, "b": bias}, x), expected, rtol=1e-4, atol=1e-5)


def test_largest_of_each_window():
    x = floats(1, 8, 8, 2)
    window = {"ksize": {"list": {"i": ["1", "3", "3", "1"]}}}
    node = {"op": "MaxPool", "name": "y", "input": ["x"], "attr": padded("SAME", 2) | window}
    # Where padding is odd, TensorFlow pads at the end.
    beyond = np.pad(x, [(0, 0), (0, 1), (0, 1), (0, 0)], constant_values=-np.inf)
    expected = np.lib.stride_tricks.sliding_window_view(beyond, (3, 3), axis=(1, 2))[:, ::2, ::2].max(axis=(4, 5))
    np.testing.assert_array_equal(run([node], {}, x), expected)


def test_normalisation_clipping_and_mean():
    x, scale, shift = floats(2, 4, 4, 3), floats(3), floats(3)
    constants = {"a": scale, "b": shift, "six": np.float32(6).reshape(()), "zero": np.float32(0).reshape(())}
    constants["axes"] = np.array([1, 2], np.int32)
    nodes = [
        {"op": "Mul", "name": "m", "input": ["x", "a"]},
        {"op": "AddV2", "name": "s", "input": ["m:0", "b", "^m"]},
        {"op": "Relu", "name": "r", "input": ["s"]},
        {"op": "Minimum", "name": "i", "input": ["r", "six"]},
        {"op": "Maximum", "name": "j", "input": ["i", "zero"]},
        {"op": "Mean", "name": "y", "input": ["j", "axes"], "attr": {"keep_dims": {"b": False}}},
    ]
    expected = np.clip(x * scale + shift, 0, 6).mean(axis=(1, 2))
    np.testing.assert_allclose(run(nodes, constants, x), expected, rtol=1e-5, atol=1e-6)


def test_fully_connected_layer_with_bias_activation_and_softmax():
    x, weights, bias = floats(3, 4), floats(4, 5), floats(5)
    fused = {"fused_ops": {"list": {"s": [word("BiasAdd"), word("Relu")]}}}
    nodes = [
        {"op": "_FusedMatMul", "name": "f", "input": ["x", "w", "b"], "attr": fused},
        {"op": "Softmax", "name": "y", "input": ["f"]},
    ]
    powers = np.exp(np.maximum(x @ weights + bias, 0))
    expected = powers / powers.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(run(nodes, {"w": weights, "b": bias}, x), expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("node", "reason"),
    [
        ({"op": "Einsum", "name": "y", "input": ["x"]}, "operation Einsum"),
        ({"op": "Conv2D", "name": "y", "input": ["x", "k"], "attr": padded("EXPLICIT", 1)}, "SAME or VALID"),
        ({"op": "ResizeBilinear", "name": "y", "input": ["x", "k"], "attr": {"align_corners": {"b": True}}}, "corner"),
        ({"op": "Conv2D", "name": "y", "input": ["x", "x"], "attr": padded("SAME", 1)}, "not a constant"),
        (
            {"op": "_FusedMatMul", "name": "y", "input": ["x", "k"], "attr": {"transpose_b": {"b": True}}},
            "transposed factors",
        ),
        (
            {
                "op": "_FusedMatMul",
                "name": "y",
                "input": ["x", "k"],
                "attr": {"fused_ops": {"list": {"s": [word("Elu")]}}},
            },
            "fused operation Elu",
        ),
    ],
)
def test_what_is_not_known_is_refused_by_name(node, reason):
    with pytest.raises(ValueError, match=reason):
        run([node], {"k": floats(3, 3, 3, 3)}, floats(1, 3, 3, 3))


def test_equal_graphs_give_equal_bytes():
    node = {"op": "Conv2D", "name": "y", "input": ["x", "k"], "attr": padded("SAME", 1)}
    given = model_json([node], {"k": np.ones((3, 3, 1, 1), np.float32)})

    def converted():
        builder = GraphBuilder()
        translate(read_graph(*given), builder)
        return builder.model("test", {"x": ["n", 4, 4, 1]}, {"y": ["n", 4, 4, 1]}).SerializeToString(deterministic=True)

    assert converted() == converted()
