"""TensorFlow operations as ONNX operations: those that the models of the catalogue need.

TensorFlow's arrays are [n, height, width, channels]; convolutions are wrapped in transpositions, which the runtime
removes where two of them meet.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from aima.models.convert.graph import GraphBuilder
from aima.models.convert.tfjs import Node, TfjsGraph

TO_NCHW = [0, 3, 1, 2]
TO_NHWC = [0, 2, 3, 1]

PLAIN = {
    "Add": "Add",
    "AddV2": "Add",
    "BiasAdd": "Add",
    "Mul": "Mul",
    "Sub": "Sub",
    "Minimum": "Min",
    "Maximum": "Max",
    "Relu": "Relu",
    "Sigmoid": "Sigmoid",
    "Identity": "Identity",
}
"""Operations that mean the same in both, inputs in the same order."""


def translate(graph: TfjsGraph, builder: GraphBuilder) -> None:
    """Append the whole graph; every node's output keeps the node's name. Placeholders must be given by the caller.

    Raises:
        ValueError: the graph has an operation that is not known here.
    """
    for node in graph.nodes:
        if node.op == "Const":
            builder.constant(graph.weights[node.name], node.name)
        elif node.op != "Placeholder":
            _translator(node)(builder, node)


def _translator(node: Node) -> Callable[[GraphBuilder, Node], None]:
    if node.op in PLAIN:
        return _plain
    if node.op not in TRANSLATORS:
        raise ValueError(f"{node.name}: the operation {node.op} is not supported")
    return TRANSLATORS[node.op]


def _plain(builder: GraphBuilder, node: Node) -> None:
    builder.add(PLAIN[node.op], node.inputs, node.name)


def _relu6(builder: GraphBuilder, node: Node) -> None:
    bounds = [builder.constant(np.array(bound, np.float32)) for bound in (0, 6)]
    builder.add("Clip", [node.inputs[0], *bounds], node.name)


def _concat(builder: GraphBuilder, node: Node) -> None:
    *parts, axis = node.inputs
    builder.add("Concat", parts, node.name, axis=int(builder.value(axis)))


def _resize(builder: GraphBuilder, node: Node) -> None:
    if node.flag("align_corners") or node.flag("half_pixel_centers"):
        raise ValueError(f"{node.name}: only resizing from the corner of pixels is supported")
    sizes = builder.constant(builder.value(node.inputs[1]).astype(np.int64))  # [height, width]

    def resized(pixels: str) -> str:
        whole = builder.add("Concat", [builder.add("Shape", [pixels], end=2), sizes], axis=0)
        how = {"mode": "linear", "coordinate_transformation_mode": "asymmetric"}
        return builder.add("Resize", [pixels, "", "", whole], **how)

    _with_channels_first(builder, node, resized)


def _softmax(builder: GraphBuilder, node: Node) -> None:
    builder.add("Softmax", node.inputs, node.name, axis=-1)


def _mean(builder: GraphBuilder, node: Node) -> None:
    axes = np.atleast_1d(builder.value(node.inputs[1])).astype(np.int64)
    inputs = [node.inputs[0], builder.constant(axes)]
    builder.add("ReduceMean", inputs, node.name, keepdims=int(node.flag("keep_dims")))


def _fused_matmul(builder: GraphBuilder, node: Node) -> None:
    if node.flag("transpose_a") or node.flag("transpose_b"):
        raise ValueError(f"{node.name}: transposed factors are not supported")
    _fuse(builder, node, builder.add("MatMul", node.inputs[:2]))


def _fuse(builder: GraphBuilder, node: Node, result: str) -> None:
    for fused in node.words("fused_ops"):
        result = _fused(builder, node, fused, result)
    builder.add("Identity", [result], node.name)


def _fused(builder: GraphBuilder, node: Node, fused: str, result: str) -> str:
    if fused == "BiasAdd":
        return builder.add("Add", [result, node.inputs[2]])
    if fused == "Relu":
        return builder.add("Relu", [result])
    raise ValueError(f"{node.name}: the fused operation {fused} is not supported")


def _conv(builder: GraphBuilder, node: Node) -> None:
    kernel = builder.value(node.inputs[1])  # [height, width, in, out]
    _convolve(builder, node, builder.constant(kernel.transpose(3, 2, 0, 1)), groups=1)


def _fused_conv(builder: GraphBuilder, node: Node) -> None:
    kernel = builder.value(node.inputs[1])  # [height, width, in, out]
    plain = f"{node.name}/Conv2D"
    _convolve(builder, node, builder.constant(kernel.transpose(3, 2, 0, 1)), groups=1, output=plain)
    _fuse(builder, node, plain)


def _depthwise_conv(builder: GraphBuilder, node: Node) -> None:
    _convolve_depthwise(builder, node)


def _fused_depthwise_conv(builder: GraphBuilder, node: Node) -> None:
    plain = f"{node.name}/DepthwiseConv2dNative"
    _convolve_depthwise(builder, node, output=plain)
    _fuse(builder, node, plain)


def _convolve_depthwise(builder: GraphBuilder, node: Node, output: str | None = None) -> None:
    kernel = builder.value(node.inputs[1])  # [height, width, in, multiplier]
    height, width, channels, multiplier = kernel.shape
    # Outputs of one input channel lie side by side in both, so flattening keeps their order.
    flat = kernel.reshape(height, width, channels * multiplier).transpose(2, 0, 1)[:, None]
    _convolve(builder, node, builder.constant(flat), groups=channels, output=output)


def _convolve(builder: GraphBuilder, node: Node, kernel: str, groups: int, output: str | None = None) -> None:
    def convolved(pixels: str) -> str:
        return builder.add(
            "Conv",
            [pixels, kernel],
            strides=node.integers("strides")[1:3],
            dilations=(node.integers("dilations") or [1, 1, 1, 1])[1:3],
            auto_pad=_padding(node),
            group=groups,
        )

    _with_channels_first(builder, node, convolved, output)


def _max_pool(builder: GraphBuilder, node: Node) -> None:
    def pooled(pixels: str) -> str:
        return builder.add(
            "MaxPool",
            [pixels],
            kernel_shape=node.integers("ksize")[1:3],
            strides=node.integers("strides")[1:3],
            auto_pad=_padding(node),
        )

    _with_channels_first(builder, node, pooled)


def _with_channels_first(
    builder: GraphBuilder, node: Node, change: Callable[[str], str], output: str | None = None
) -> None:
    pixels = builder.add("Transpose", [node.inputs[0]], perm=TO_NCHW)
    builder.add("Transpose", [change(pixels)], output or node.name, perm=TO_NHWC)


def _padding(node: Node) -> str:
    if node.text("data_format") not in {"", "NHWC"} or node.text("padding") not in {"SAME", "VALID"}:
        raise ValueError(f"{node.name}: only NHWC with SAME or VALID padding is supported")
    # TensorFlow pads more at the end where padding is odd, which ONNX calls SAME_UPPER.
    return "SAME_UPPER" if node.text("padding") == "SAME" else "VALID"


TRANSLATORS: dict[str, Callable[[GraphBuilder, Node], None]] = {
    "ConcatV2": _concat,
    "Conv2D": _conv,
    "DepthwiseConv2dNative": _depthwise_conv,
    "FusedDepthwiseConv2dNative": _fused_depthwise_conv,
    "MaxPool": _max_pool,
    "Mean": _mean,
    "Relu6": _relu6,
    "ResizeBilinear": _resize,
    "Softmax": _softmax,
    "_FusedConv2D": _fused_conv,
    "_FusedMatMul": _fused_matmul,
}
