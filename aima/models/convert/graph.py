"""Writes an ONNX graph node by node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 18
IR_VERSION = 9

Array = npt.NDArray[Any]
Shapes = Mapping[str, Sequence[int | str]]


class GraphBuilder:
    """Collects nodes and constants; names are counted, so equal calls give equal bytes."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, Array] = {}

    def add(self, op: str, inputs: Sequence[str], output: str | None = None, **attributes: Any) -> str:
        """Append a node of one output and give the output's name."""
        name = output or f"{op.lower()}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(op, list(inputs), [name], **attributes))
        return name

    def constant(self, value: Array, name: str | None = None) -> str:
        """Store an array; float64 becomes float32."""
        name = name or f"constant_{len(self._constants)}"
        narrow = value.astype(np.float32) if value.dtype == np.float64 else value
        # ascontiguousarray gives a scalar an axis; reshape takes it away again.
        self._constants[name] = np.ascontiguousarray(narrow).reshape(value.shape)
        return name

    def value(self, name: str) -> Array:
        """The stored array of that name.

        Raises:
            ValueError: the name is computed, not stored.
        """
        if name not in self._constants:
            raise ValueError(f"{name} is not a constant")
        return self._constants[name]

    def model(self, name: str, inputs: Shapes, outputs: Shapes) -> onnx.ModelProto:
        """The whole model; all inputs and outputs are float32. Unused constants are left out."""
        used = {source for node in self._nodes for source in node.input}
        graph = helper.make_graph(
            self._nodes,
            name,
            [helper.make_tensor_value_info(k, TensorProto.FLOAT, list(v)) for k, v in inputs.items()],
            [helper.make_tensor_value_info(k, TensorProto.FLOAT, list(v)) for k, v in outputs.items()],
            [numpy_helper.from_array(v, k) for k, v in self._constants.items() if k in used],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
        model.producer_name = "aima"
        return model
