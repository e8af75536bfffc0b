"""EfficientNet-Lite as ONNX, with a picture vector out of several of its layers (Tan and Le, EfficientNet, 2019).

What a picture shows is told by the last layer alone, which cares little which of many alike pictures it is. So the
vector holds, beside the means of the last layer over the picture, how much each channel of three layers before varies
over it (in the manner of Gatys et al., A neural algorithm of artistic style, 2015): that survives cutting, scaling and
re-encoding, and differs between pictures of the same thing. Of 100 of 249 photographs, mostly portraits, cut by 10 to
30 % of width and height, scaled to 40 to 100 % and saved as JPEG of quality 30 to 60, the means of the last layer alone
find 73 first, this vector 91 to 96.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import resources
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import onnx

from aima.models.convert.graph import GraphBuilder
from aima.models.convert.projection import projection
from aima.models.convert.quantised import Quantised
from aima.models.convert.tflite import Operation, TfliteGraph

HEAD: Final = ["AVERAGE_POOL_2D", "RESHAPE", "FULLY_CONNECTED", "SOFTMAX", "QUANTIZE"]
"""The operations behind the convolutions; they are written anew, with free height and width."""

LAYERS: Final = (96, 136, 232)
"""Channels of the blocks whose variation is taken, of each kind the last one."""

LAST: Final = 0.15
"""Weight of the last layer: it differs from picture to picture seven times as much as each of the others."""

DIMENSION: Final = 1024
LEAST: Final = 1e-6

HEIGHT_WIDTH: Final = (2, 3)


def picture_network(graph: TfliteGraph, centre: npt.NDArray[Any]) -> onnx.ModelProto:
    """image float32 [n, 3, height, width], as the file scales it -> vector [n, 1024], probabilities [n, classes].

    centre: float [1024], the mean of vectors, which is taken off: what all pictures share tells nothing.

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
    means = _mean(builder, f"t{end[0].inputs[0]}", keep=False)
    parts = [_unit(builder, _variation(builder, f"t{_last(graph, body, channels)}")) for channels in LAYERS]
    shortened = _unit(builder, _shortened(builder, means, graph.tensors[end[0].inputs[0]].shape[3]))
    parts.append(builder.add("Mul", [shortened, _number(builder, LAST)]))
    builder.add("Sub", [builder.add("Concat", parts, axis=1), builder.constant(centre)], "vector")
    classes = _classify(quantised, means, end[2])
    sides: list[int | str] = ["height", "width"]
    outputs: dict[str, list[int | str]] = {"vector": ["n", DIMENSION], "probabilities": ["n", classes]}
    return builder.model("efficientnet", {"image": ["n", 3, *sides]}, outputs)


def centre() -> npt.NDArray[np.float64]:
    """The mean of vectors before it was taken off, measured on photographs and film stills: float64 [1024]."""
    text = resources.files("aima.models.convert").joinpath("picture_centre.json").read_text()
    return np.array(json.loads(text)["centre"], np.float64)


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


def _mean(builder: GraphBuilder, pixels: str, keep: bool) -> str:
    return builder.add("ReduceMean", [pixels, builder.constant(np.array(HEIGHT_WIDTH))], keepdims=int(keep))


def _variation(builder: GraphBuilder, pixels: str) -> str:
    """Standard deviation of each channel over the picture, [n, channels]."""
    apart = builder.add("Sub", [pixels, _mean(builder, pixels, keep=True)])
    return builder.add("Sqrt", [_mean(builder, builder.add("Mul", [apart, apart]), keep=False)])


def _shortened(builder: GraphBuilder, means: str, channels: int) -> str:
    """Roots of the means, so that a few strong channels do not drown the others, in fewer dimensions."""
    unit = _unit(builder, builder.add("Sqrt", [means]))
    matrix = projection(channels, DIMENSION - sum(LAYERS))
    return builder.add("MatMul", [unit, builder.constant(matrix)])


def _unit(builder: GraphBuilder, vectors: str) -> str:
    axis = builder.constant(np.array([1]))
    length = builder.add("ReduceL2", [vectors, axis], keepdims=1)
    return builder.add("Div", [vectors, builder.add("Max", [length, _number(builder, LEAST)])])


def _number(builder: GraphBuilder, value: float) -> str:
    return builder.constant(np.array(value, np.float32))


def _classify(quantised: Quantised, means: str, dense: Operation) -> int:
    """Append the fully connected layer; gives the number of classes."""
    weights, bias = (
        quantised.stored(number, layout) for number, layout in zip(dense.inputs[1:], [(1, 0), (0,)], strict=True)
    )
    builder = quantised.builder
    builder.add(
        "Softmax", [builder.add("Add", [builder.add("MatMul", [means, weights]), bias])], "probabilities", axis=1
    )
    return quantised.graph.tensors[dense.inputs[2]].shape[0]
