"""EfficientNet-Lite as ONNX, with a picture vector (Tan and Le, EfficientNet, 2019)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy.typing as npt
import onnx

from aima.models.convert.graph import GraphBuilder
from aima.models.convert.picture_vector import DIMENSION, Layer, add_vector
from aima.models.convert.quantised import Quantised
from aima.models.convert.tflite import Operation, TfliteGraph

HEAD: Final = ["AVERAGE_POOL_2D", "RESHAPE", "FULLY_CONNECTED", "SOFTMAX", "QUANTIZE"]
"""The operations behind the convolutions; they are written anew, with free height and width."""

BLOCKS: Final = (96, 136, 232)
"""Channels of the blocks whose variation is part of the vector, of each kind the last one."""

LAST: Final = 0.15
"""Weight of the last layer: it differs from picture to picture seven times as much as each of the blocks."""


def picture_network(graph: TfliteGraph, centre: npt.NDArray[Any]) -> onnx.ModelProto:
    """image float32 [n, 3, height, width], as the file scales it -> vector [n, 1024], probabilities [n, classes].

    centre: float [1024], what is taken off every vector.

    Raises:
        ValueError: the file holds another network.
    """
    body, end = graph.operations[: -len(HEAD)], graph.operations[-len(HEAD) :]
    if [operation.kind for operation in end] != HEAD:
        raise ValueError("the graph does not end as an EfficientNet does")
    builder = GraphBuilder()
    quantised = Quantised(graph, builder)
    builder.add("Identity", ["image"], f"t{graph.inputs[0]}")
    quantised.append(body)
    blocks = [Layer(f"t{_last(graph, body, channels)}", channels) for channels in BLOCKS]
    last = end[0].inputs[0]
    means = add_vector(builder, blocks, Layer(f"t{last}", graph.tensors[last].shape[3], LAST), centre)
    classes = _classify(quantised, means, end[2])
    sides: list[int | str] = ["height", "width"]
    outputs: dict[str, list[int | str]] = {"vector": ["n", DIMENSION], "probabilities": ["n", classes]}
    return builder.model("efficientnet", {"image": ["n", 3, *sides]}, outputs)


def _last(graph: TfliteGraph, body: Sequence[Operation], channels: int) -> int:
    """Number of the last tensor of that many channels that is the end of a block: a sum, or what has no activation.

    Raises:
        ValueError: there is none.
    """
    for operation in reversed(body):
        number = operation.outputs[0]
        if graph.tensors[number].shape[-1] == channels and not operation.options.get("activation", 1):
            return number
    raise ValueError(f"no block of {channels} channels")


def _classify(quantised: Quantised, means: str, dense: Operation) -> int:
    """Append the fully connected layer, on means that are not rounded to 256 values; gives the number of classes."""
    weights, bias = (
        quantised.stored(number, layout) for number, layout in zip(dense.inputs[1:], [(1, 0), (0,)], strict=True)
    )
    builder = quantised.builder
    scores = builder.add("Add", [builder.add("MatMul", [means, weights]), bias])
    builder.add("Softmax", [scores], "probabilities", axis=1)
    return quantised.graph.tensors[dense.inputs[2]].shape[0]
