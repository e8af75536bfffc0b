"""A quantised TensorFlow Lite graph as ONNX: the same whole numbers, between quantising and dequantising nodes.

The runtime fuses these with the operation between them, so it computes in whole numbers as TensorFlow Lite does. It
does so only where what is computed has no sign: -128..127 become 0..255. Arrays are [n, channels, height, width] here,
[n, height, width, channels] there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from aima.models.convert.graph import GraphBuilder
from aima.models.convert.tflite import Operation, Tensor, TfliteGraph

PADDING: Final = {0: "SAME_UPPER", 1: "VALID"}
RELU6: Final = 3

SIGN: Final = 128
"""What -128..127 are raised by."""

LARGEST: Final = 6.0
"""What RELU6 leaves of larger values."""


class Quantised:
    """Appends operations of a graph to a builder; tensor i is called `t<i>` there, with the values it stands for."""

    def __init__(self, graph: TfliteGraph, builder: GraphBuilder) -> None:
        self.graph, self.builder = graph, builder

    def append(self, operations: Sequence[Operation]) -> None:
        """Append operations in their order.

        Raises:
            ValueError: an operation is not known here, or is used in a way that is not.
        """
        for operation in operations:
            if operation.kind not in TRANSLATORS:
                raise ValueError(f"the operation {operation.kind} is not supported")
            TRANSLATORS[operation.kind](self, operation)

    def give(self, value: str, number: int) -> None:
        """Bring a computed value to the grid of a tensor, as which it goes on."""
        grid = self._grid(self.graph.tensors[number])
        self.builder.add("DequantizeLinear", [self.builder.add("QuantizeLinear", [value, *grid]), *grid], f"t{number}")

    def stored(self, number: int, layout: Sequence[int]) -> str:
        """A stored tensor with its axes in another order.

        Raises:
            ValueError: it is computed.
        """
        tensor = self.graph.tensors[number]
        if tensor.value is None:
            raise ValueError(f"{tensor.name} is not stored")
        whole = self.builder.constant(tensor.value.transpose(layout))
        axis: dict[str, Any] = {} if tensor.scale.size == 1 else {"axis": list(layout).index(tensor.axis)}
        return self.builder.add("DequantizeLinear", [whole, *self._grid(tensor)], **axis)

    def activated(self, operation: Operation, tensor: Tensor) -> None:
        """Check that the end of the tensor's grid does what the activation would do.

        Raises:
            ValueError: it does not.
        """
        wanted = operation.options.get("activation", 0)
        ends = np.iinfo(tensor.dtype)
        low, high = (float(tensor.scale[0]) * (end - int(tensor.zero[0])) for end in (ends.min, ends.max))
        if wanted and not (wanted == RELU6 and abs(low) < 1e-6 and abs(high - LARGEST) < 1e-3):
            raise ValueError(f"{tensor.name}: the activation {wanted} on {low:g} .. {high:g} is not supported")

    def _grid(self, tensor: Tensor) -> list[str]:
        shape = () if tensor.scale.size == 1 else tensor.scale.shape
        zero = tensor.zero.astype(tensor.dtype)
        if tensor.value is None and tensor.dtype == np.int8:
            zero = (tensor.zero + SIGN).astype(np.uint8)
        return [self.builder.constant(values.reshape(shape)) for values in (tensor.scale, zero)]


def _quantise(to: Quantised, operation: Operation) -> None:
    to.give(f"t{operation.inputs[0]}", operation.outputs[0])


def _add(to: Quantised, operation: Operation) -> None:
    to.activated(operation, to.graph.tensors[operation.outputs[0]])
    to.give(to.builder.add("Add", [f"t{i}" for i in operation.inputs]), operation.outputs[0])


def _conv(to: Quantised, operation: Operation) -> None:
    _convolve(to, operation, (0, 3, 1, 2), groups=1)  # [out, height, width, in]


def _depthwise_conv(to: Quantised, operation: Operation) -> None:
    if operation.options["multiplier"] != 1:
        raise ValueError(f"{to.graph.tensors[operation.outputs[0]].name}: several outputs per channel")
    channels = to.graph.tensors[operation.inputs[1]].shape[3]
    _convolve(to, operation, (3, 0, 1, 2), groups=channels)  # [1, height, width, channels]


def _convolve(to: Quantised, operation: Operation, layout: Sequence[int], groups: int) -> None:
    (pixels, kernel, bias), options = operation.inputs, operation.options
    to.activated(operation, to.graph.tensors[operation.outputs[0]])
    shape: Mapping[str, Any] = {
        "strides": [options["stride_y"], options["stride_x"]],
        "dilations": [options["dilation_y"], options["dilation_x"]],
        "auto_pad": PADDING[options["padding"]],
        "group": groups,
    }
    inputs = [f"t{pixels}", to.stored(kernel, layout), to.stored(bias, (0,))]
    to.give(to.builder.add("Conv", inputs, **shape), operation.outputs[0])


TRANSLATORS: Final[Mapping[str, Callable[[Quantised, Operation], None]]] = {
    "ADD": _add,
    "CONV_2D": _conv,
    "DEPTHWISE_CONV_2D": _depthwise_conv,
    "QUANTIZE": _quantise,
}
