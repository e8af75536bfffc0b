import cv2
import numpy as np
import onnxruntime as ort
import pytest

from aima.models.convert.expression import ORDER, expression_network
from aima.models.convert.tfjs import read_graph
from tests.models.convert.made import model_json, word
from tests.models.convert.reference import conv_nhwc, depthwise_nhwc

WIDTHS = (3, 4, 6, 5, 7)


@pytest.fixture(scope="module")
def weights():
    """Like face-api's, but narrow: every block widens at its first layer, the first layer is a full convolution."""
    random = np.random.default_rng(3)

    def floats(*shape):
        return (random.standard_normal(shape) / np.sqrt(np.prod(shape[:-1]))).astype(np.float32)

    found = {"fc/weights": floats(WIDTHS[-1], 7), "fc/bias": floats(7)}
    for block in range(4):
        for layer in range(4):
            name = f"dense{block}/conv{layer}"
            source, target = (WIDTHS[block] if layer == 0 else WIDTHS[block + 1]), WIDTHS[block + 1]
            found[f"{name}/bias"] = floats(target)
            if block == layer == 0:
                found[f"{name}/filters"] = floats(3, 3, source, target)
            else:
                found[f"{name}/depthwise_filter"] = floats(3, 3, source, 1)
                found[f"{name}/pointwise_filter"] = floats(1, 1, source, target)
    return found


def layer(weights, name, x, stride):
    if f"{name}/filters" in weights:
        return conv_nhwc(x, weights[f"{name}/filters"], stride) + weights[f"{name}/bias"]
    spread = depthwise_nhwc(x, weights[f"{name}/depthwise_filter"], stride)
    return conv_nhwc(spread, weights[f"{name}/pointwise_filter"], 1) + weights[f"{name}/bias"]


@pytest.fixture(scope="module")
def second():
    """A network that looks at the mean of a grey face alone: its weights, and its graph."""
    weights, bias = np.array([[2.0, -1, 0.5, 3, -2, 1, 0]], np.float32), np.linspace(-1, 1, 7, dtype=np.float32)
    fused = {"fused_ops": {"list": {"s": [word("BiasAdd")]}}}
    nodes = [
        {"op": "Mean", "name": "m", "input": ["input_1", "axes"], "attr": {"keep_dims": {"b": False}}},
        {"op": "_FusedMatMul", "name": "f", "input": ["m", "w", "b"], "attr": fused},
        {"op": "Softmax", "name": "Identity", "input": ["f"]},
    ]
    constants = {"axes": np.array([1, 2], np.int32), "w": weights, "b": bias}
    return (weights, bias), read_graph(*model_json(nodes, constants, "input_1"))


def softmax(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def first_answer(weights, x):
    for block in range(4):
        total = np.maximum(layer(weights, f"dense{block}/conv0", x, 2), 0)
        x = total
        for number in range(1, 4):
            total = total + layer(weights, f"dense{block}/conv{number}", x, 1)
            x = np.maximum(total, 0)
    return softmax(x.mean(axis=(1, 2)) @ weights["fc/weights"] + weights["fc/bias"])


def second_answer(weights, bias, faces):
    """faces: uint8 RGB [n, 112, 112, 3], of which the middle 96 x 96 are looked at."""
    grey = faces[:, 8:104, 8:104].astype(np.float64) @ (0.2989, 0.5870, 0.1140)
    small = np.stack([cv2.resize(face, (64, 64), interpolation=cv2.INTER_LINEAR) for face in grey])
    means = ((small / 255 - 0.5) * 2).mean(axis=(1, 2))
    return softmax(means[:, None] @ weights + bias)[:, ORDER]


def test_network_pools_what_face_api_describes_with_what_the_graph_says(weights, second):
    faces = np.random.default_rng(5).integers(0, 256, (2, 112, 112, 3), np.uint8)
    normalised = ((faces - np.array([122.782, 117.001, 104.298])) / 255).astype(np.float32)
    session = ort.InferenceSession(expression_network(weights, second[1]).SerializeToString())
    (found,) = session.run(["probabilities"], {"face": normalised.transpose(0, 3, 1, 2)})
    pooled = np.sqrt(first_answer(weights, normalised) * second_answer(*second[0], faces))
    np.testing.assert_allclose(found, pooled / pooled.sum(axis=1, keepdims=True), rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)


def test_missing_weights_are_an_error(weights, second):
    lacking = {name: value for name, value in weights.items() if name != "dense2/conv1/pointwise_filter"}
    with pytest.raises(KeyError, match="dense2/conv1/pointwise_filter"):
        expression_network(lacking, second[1])
