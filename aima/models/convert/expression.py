"""Two networks that read expressions, as one: they were trained apart, so they err apart.

The first is face-api's: four dense blocks of separable convolutions and one fully connected layer. Its package ships
weights without a graph; the layers follow its `FaceFeatureExtractor`. The second is the mini-Xception of Arriaga et al.
(Real-time Convolutional Neural Networks for Emotion and Gender Classification, 2017), trained on FER-2013: a graph for
grey faces, cut more closely. Their answers are pooled as the mean of logarithms (Genest and Zidek, Combining
Probability Distributions, 1986).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx

from aima.models.convert.graph import GraphBuilder
from aima.models.convert.ops import TO_NHWC, translate
from aima.models.convert.tfjs import TfjsGraph

Weights = Mapping[str, npt.NDArray[Any]]

BLOCKS = 4
CLASSES = 7
SIZE = 112

MEAN = (122.782, 117.001, 104.298)
"""Of red, green and blue, taken off each pixel before it is divided by 255: how the input comes."""

GREY = (0.2989, 0.5870, 0.1140)
"""Weights of red, green and blue in what the second network calls grey."""

INNER = 96
"""Pixels of the input, around its middle, that the second network sees ..."""
INNER_SIZE = 64
"""... and their number in its own input."""

ORDER = (6, 3, 4, 0, 2, 1, 5)
"""Where the second network has the first one's classes: neutral, happy, sad, angry, fearful, disgusted, surprised."""

LEAST = 1e-12
"""Probability below which logarithms are not taken."""


def expression_network(weights: Weights, second: TfjsGraph) -> onnx.ModelProto:
    """face float32 [n, 3, 112, 112], normalised RGB -> probabilities [n, 7], in the classes of the first network.

    weights: of the first network. second: the graph of the other one, from input_1 [n, 64, 64, 1] to Identity [n, 7].
    """
    builder = GraphBuilder()
    answers = [_first(builder, weights), _second(builder, second)]
    least = builder.constant(np.array(LEAST, np.float32))
    logarithms = [builder.add("Log", [builder.add("Max", [answer, least])]) for answer in answers]
    half = builder.constant(np.array(0.5, np.float32))
    pooled = builder.add("Mul", [builder.add("Add", logarithms), half])
    builder.add("Softmax", [pooled], "probabilities", axis=1)
    return builder.model("face_expression", {"face": ["n", 3, SIZE, SIZE]}, {"probabilities": ["n", CLASSES]})


def _first(builder: GraphBuilder, weights: Weights) -> str:
    features = "face"
    for block in range(BLOCKS):
        features = _dense_block(builder, weights, f"dense{block}", features)
    # Four halvings of 112 leave 7 x 7: the pool takes all of it.
    pooled = builder.add("AveragePool", [features], kernel_shape=[7, 7], strides=[2, 2])
    flat = builder.add("Flatten", [pooled])
    scores = builder.add("MatMul", [flat, builder.constant(weights["fc/weights"])])
    scores = builder.add("Add", [scores, builder.constant(weights["fc/bias"])])
    return builder.add("Softmax", [scores], axis=1)


def _second(builder: GraphBuilder, graph: TfjsGraph) -> str:
    start, end = (SIZE - INNER) // 2, (SIZE + INNER) // 2
    edges = [builder.constant(np.array(values)) for values in ([start, start], [end, end], [2, 3])]
    inner = builder.add("Slice", [_grey(builder), *edges])
    size = builder.constant(np.array([INNER_SIZE, INNER_SIZE]))
    small = builder.add("Resize", [inner, "", "", size], mode="linear", axes=[2, 3])
    builder.add("Transpose", [small], "input_1", perm=TO_NHWC)
    translate(graph, builder)
    return builder.add("Gather", ["Identity", builder.constant(np.array(ORDER))], axis=1)


def _grey(builder: GraphBuilder) -> str:
    """Grey from -1 to 1: a weighted sum of the input's channels, whose mean is put back on the way."""
    weights, mean = np.array(GREY), np.array(MEAN) / 255
    kernel, bias = 2 * weights.reshape(1, 3, 1, 1), np.array([2 * weights @ mean - 1])
    return builder.add("Conv", ["face", builder.constant(kernel), builder.constant(bias)])


def _dense_block(builder: GraphBuilder, weights: Weights, block: str, source: str) -> str:
    """Each layer sees the sum of all layers before it; the first halves the picture."""
    total = builder.add("Relu", [_layer(builder, weights, f"{block}/conv0", source, stride=2)])
    activated = total
    for number in range(1, 4):
        layer = _layer(builder, weights, f"{block}/conv{number}", activated, stride=1)
        total = builder.add("Add", [total, layer])
        activated = builder.add("Relu", [total])
    return activated


def _layer(builder: GraphBuilder, weights: Weights, name: str, source: str, stride: int) -> str:
    bias = builder.constant(weights[f"{name}/bias"])
    same: dict[str, Any] = {"strides": [stride, stride], "auto_pad": "SAME_UPPER"}
    if f"{name}/filters" in weights:
        kernel = builder.constant(weights[f"{name}/filters"].transpose(3, 2, 0, 1))
        return builder.add("Conv", [source, kernel, bias], **same)
    depthwise = weights[f"{name}/depthwise_filter"]  # [height, width, in, 1]
    kernel = builder.constant(depthwise.transpose(2, 3, 0, 1))
    spread = builder.add("Conv", [source, kernel], group=depthwise.shape[2], **same)
    pointwise = builder.constant(weights[f"{name}/pointwise_filter"].transpose(3, 2, 0, 1))
    return builder.add("Conv", [spread, pointwise, bias])
