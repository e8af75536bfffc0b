import numpy as np
import onnxruntime as ort
import pytest

from aima.models.convert.expression import expression_network
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


def network(weights, x):
    for block in range(4):
        total = np.maximum(layer(weights, f"dense{block}/conv0", x, 2), 0)
        x = total
        for number in range(1, 4):
            total = total + layer(weights, f"dense{block}/conv{number}", x, 1)
            x = np.maximum(total, 0)
    scores = x.mean(axis=(1, 2)) @ weights["fc/weights"] + weights["fc/bias"]
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def test_network_computes_what_face_api_describes(weights):
    face = np.random.default_rng(5).standard_normal((2, 3, 112, 112)).astype(np.float32)
    session = ort.InferenceSession(expression_network(weights).SerializeToString())
    (found,) = session.run(["probabilities"], {"face": face})
    np.testing.assert_allclose(found, network(weights, face.transpose(0, 2, 3, 1)), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)


def test_missing_weights_are_an_error(weights):
    lacking = {name: value for name, value in weights.items() if name != "dense2/conv1/pointwise_filter"}
    with pytest.raises(KeyError, match="dense2/conv1/pointwise_filter"):
        expression_network(lacking)
