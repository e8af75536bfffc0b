"""The expression network of face-api: four dense blocks of separable convolutions and one fully connected layer.

The package ships weights without a graph; the layers follow its `FaceFeatureExtractor`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy.typing as npt
import onnx

from aima.models.convert.graph import GraphBuilder

Weights = Mapping[str, npt.NDArray[Any]]

BLOCKS = 4
CLASSES = 7
SIZE = 112


def expression_network(weights: Weights) -> onnx.ModelProto:
    """face float32 [n, 3, 112, 112], normalised RGB -> probabilities [n, 7]."""
    builder = GraphBuilder()
    features = "face"
    for block in range(BLOCKS):
        features = _dense_block(builder, weights, f"dense{block}", features)
    # Four halvings of 112 leave 7 x 7: the pool takes all of it.
    pooled = builder.add("AveragePool", [features], kernel_shape=[7, 7], strides=[2, 2])
    flat = builder.add("Flatten", [pooled])
    scores = builder.add("MatMul", [flat, builder.constant(weights["fc/weights"])])
    scores = builder.add("Add", [scores, builder.constant(weights["fc/bias"])])
    builder.add("Softmax", [scores], "probabilities", axis=1)
    return builder.model("face_expression", {"face": ["n", 3, SIZE, SIZE]}, {"probabilities": ["n", CLASSES]})


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
