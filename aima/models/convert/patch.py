"""Frees an ONNX model of the batch size it was exported with, and gives its arrays speaking names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import onnx
from onnx import numpy_helper


def interface(model: onnx.ModelProto) -> list[onnx.ValueInfoProto]:
    """Inputs that are no weights, then outputs."""
    weights = {tensor.name for tensor in model.graph.initializer}
    return [i for i in model.graph.input if i.name not in weights] + list(model.graph.output)


def free_axes(model: onnx.ModelProto, axes: Sequence[int]) -> None:
    """Make those axes of every input and output symbolic; axis 0 is called n everywhere.

    Inner shapes were inferred for the old size and are dropped.
    """
    for number, value in enumerate(interface(model)):
        dims = value.type.tensor_type.shape.dim
        for axis in axes:
            # Setting the name clears the number: they are one field of a union.
            dims[axis].dim_param = "n" if axis == 0 else f"axis_{number}_{axis}"
    del model.graph.value_info[:]


def keep_batch_in_reshapes(model: onnx.ModelProto) -> None:
    """Turn Reshape to [1, ...] into [0, ...]: the first axis is copied instead of being one."""
    targets = {node.input[1] for node in model.graph.node if node.op_type == "Reshape"}
    for tensor in model.graph.initializer:
        if tensor.name not in targets:
            continue
        shape = numpy_helper.to_array(tensor).copy()
        # In ONNX 0 means: as in the input.
        if shape[0] == 1:
            shape[0] = 0
            tensor.CopyFrom(numpy_helper.from_array(shape.astype(np.int64), tensor.name))


def rename(model: onnx.ModelProto, names: Mapping[str, str]) -> None:
    """Give inputs and outputs other names, wherever they occur."""
    for value in interface(model):
        value.name = names.get(value.name, value.name)
    for node in model.graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]


def double_in_resizes(model: onnx.ModelProto) -> None:
    """Let every Resize double the last two of four axes instead of giving a fixed size."""
    twice = numpy_helper.from_array(np.array([1, 1, 2, 2], np.float32), "twice")
    model.graph.initializer.append(twice)
    resizes = [node for node in model.graph.node if node.op_type == "Resize"]
    for node in resizes:
        # Region, scales, sizes: either of the last two is left out.
        node.input[1:] = ["", twice.name]
    _drop_unused(model)


def _drop_unused(model: onnx.ModelProto) -> None:
    """Take out operations and weights whose outputs nobody reads."""
    read = {value.name for value in model.graph.output}
    for node in reversed(list(model.graph.node)):
        if read.isdisjoint(node.output):
            model.graph.node.remove(node)
        else:
            read.update(node.input)
    for tensor in [tensor for tensor in model.graph.initializer if tensor.name not in read]:
        model.graph.initializer.remove(tensor)
