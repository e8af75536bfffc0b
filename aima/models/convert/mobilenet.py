"""MobileNetV2 as ONNX, with a picture vector (Sandler et al., MobileNetV2, 2018)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import onnx

from aima.models.convert.graph import GraphBuilder
from aima.models.convert.picture_vector import DIMENSION, Layer, add_vector

Weights = Mapping[str, npt.NDArray[Any]]

GROUPS: Final = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
"""Of blocks: how many times as wide it is inside, channels, blocks, and the stride of the first one."""

BLOCKS: Final = (64, 96)
"""Channels of the blocks whose variation is part of the vector, of each kind the last one. That of 160 confuses it."""

LAST: Final = 0.5
"""Weight of the last layer in the vector."""

EPSILON: Final = 1e-5
"""Of the normalisations."""


def mobilenet_network(weights: Weights, centre: npt.NDArray[Any]) -> onnx.ModelProto:
    """image float32 [n, 3, height, width], normalised RGB -> vector [n, 1024], probabilities [n, classes].

    weights: as torchvision calls them. centre: float [1024], what is taken off every vector.

    Raises:
        KeyError: weights are missing.
    """
    builder = GraphBuilder()
    network = _Network(builder, weights)
    features = network.convolution("features.0", ".0", ".1", "image", _Shape(stride=2))
    kept: dict[int, str] = {}
    before = 32
    for number, (wide, channels, stride) in enumerate(_blocks(), start=1):
        features = network.block(number, features, wide > 1, _Shape(stride, before * wide), before == channels)
        kept[channels], before = features, channels
    features = network.convolution("features.18", ".0", ".1", features, _Shape())
    blocks = [Layer(kept[channels], channels) for channels in BLOCKS]
    dense, bias = weights["classifier.1.weight"], weights["classifier.1.bias"]
    means = add_vector(builder, blocks, Layer(features, dense.shape[1], LAST), centre)
    scores = builder.add("MatMul", [means, builder.constant(dense.T)])
    builder.add("Softmax", [builder.add("Add", [scores, builder.constant(bias)])], "probabilities", axis=1)
    sides: list[int | str] = ["height", "width"]
    outputs: dict[str, list[int | str]] = {"vector": ["n", DIMENSION], "probabilities": ["n", len(bias)]}
    return builder.model("mobilenet_v2", {"image": ["n", 3, *sides]}, outputs)


def _blocks() -> Iterator[tuple[int, int, int]]:
    """How many times as wide inside, channels and stride of each block."""
    for wide, channels, count, stride in GROUPS:
        yield wide, channels, stride
        yield from [(wide, channels, 1)] * (count - 1)


@dataclass(frozen=True, slots=True)
class _Shape:
    stride: int = 1
    groups: int = 1


class _Network:
    """Appends convolutions with the normalisation behind them folded into their weights."""

    def __init__(self, builder: GraphBuilder, weights: Weights) -> None:
        self._builder, self._weights = builder, weights

    def block(self, number: int, source: str, widens: bool, inner: _Shape, same: bool) -> str:
        """An inverted residual: wider, each channel by itself, narrower; added to its source if it looks alike."""
        name, result, step = f"features.{number}.conv", source, 0
        if widens:
            result, step = self.convolution(f"{name}.0", ".0", ".1", result, _Shape()), 1
        result = self.convolution(f"{name}.{step}", ".0", ".1", result, inner)
        result = self.convolution(name, f".{step + 1}", f".{step + 2}", result, _Shape(), clipped=False)
        return self._builder.add("Add", [source, result]) if same and inner.stride == 1 else result

    def convolution(self, name: str, kernel: str, norm: str, source: str, shape: _Shape, clipped: bool = True) -> str:
        """A convolution, normalised, and clipped to 0..6 (ReLU6) but for the end of a block."""
        weight, of = self._weights[f"{name}{kernel}.weight"], f"{name}{norm}"
        gain = self._weights[f"{of}.weight"] / np.sqrt(self._weights[f"{of}.running_var"] + np.float32(EPSILON))
        shift = self._weights[f"{of}.bias"] - self._weights[f"{of}.running_mean"] * gain
        inputs = [source, self._builder.constant(weight * gain[:, None, None, None]), self._builder.constant(shift)]
        edge = weight.shape[2] // 2
        result = self._builder.add("Conv", inputs, strides=[shape.stride] * 2, pads=[edge] * 4, group=shape.groups)
        bounds = [self._builder.constant(np.array(bound, np.float32)) for bound in (0, 6)]
        return self._builder.add("Clip", [result, *bounds]) if clipped else result
