"""Reads TensorFlow Lite files: a flatbuffer with one graph of quantised operations.

Numbers of fields, types and operations are those of its schema (`schema.fbs`, version 3); fields count from 0.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from flatbuffers import encode, number_types
from flatbuffers.table import Table

IDENTIFIER: Final = b"TFL3"

DTYPES: Final = {0: np.dtype("<f4"), 2: np.dtype("<i4"), 3: np.dtype("u1"), 9: np.dtype("i1")}

OPERATIONS: Final = {
    0: "ADD",
    1: "AVERAGE_POOL_2D",
    3: "CONV_2D",
    4: "DEPTHWISE_CONV_2D",
    9: "FULLY_CONNECTED",
    22: "RESHAPE",
    25: "SOFTMAX",
    114: "QUANTIZE",
}

CONVOLUTION: Final = ("padding", "stride_x", "stride_y")
OPTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "ADD": ("activation",),
    "AVERAGE_POOL_2D": ("padding", "stride_x", "stride_y", "width", "height", "activation"),
    "CONV_2D": (*CONVOLUTION, "activation", "dilation_x", "dilation_y"),
    "DEPTHWISE_CONV_2D": (*CONVOLUTION, "multiplier", "activation", "dilation_x", "dilation_y"),
    "FULLY_CONNECTED": ("activation",),
}
"""Options by operation, in the order of their fields."""

ONE_BYTE: Final = frozenset({"padding", "activation"})
ONE_IF_ABSENT: Final = frozenset({"dilation_x", "dilation_y"})


@dataclass(frozen=True, slots=True)
class Tensor:
    """An array of the graph: its number stands for `scale` * (number - `zero`).

    value: the stored numbers; None where it is computed. axis: of the channels, where there is a scale for each.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    scale: npt.NDArray[np.float32]
    zero: npt.NDArray[np.int64]
    axis: int
    value: npt.NDArray[Any] | None


@dataclass(frozen=True, slots=True)
class Operation:
    """One step of the graph; inputs and outputs are numbers of tensors."""

    kind: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class TfliteGraph:
    """Operations in their order, with the tensors between them."""

    tensors: tuple[Tensor, ...]
    operations: tuple[Operation, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


def read_tflite(content: bytes) -> TfliteGraph:
    """The only graph of a file.

    Raises:
        ValueError: no such file, a damaged one, more than one graph, or a type or operation that is not known here.
    """
    if content[4:8] != IDENTIFIER:
        raise ValueError("not a TensorFlow Lite file")
    try:
        return _graph(_Fields.root(content))
    except (struct.error, IndexError, TypeError) as error:
        raise ValueError(f"the file is damaged: {error}") from error


def _graph(model: _Fields) -> TfliteGraph:
    graphs, buffers = model.tables(2), model.tables(4)
    if len(graphs) != 1:
        raise ValueError(f"{len(graphs)} graphs, expected one")
    # The number of an operation outgrew one byte: a second field has it as four.
    kinds = [_known(OPERATIONS, max(code.byte(0), code.integer(3)), "operation") for code in model.tables(1)]
    (graph,) = graphs
    return TfliteGraph(
        tensors=tuple(_tensor(fields, buffers) for fields in graph.tables(0)),
        operations=tuple(_operation(fields, kinds) for fields in graph.tables(3)),
        inputs=graph.integers(1),
        outputs=graph.integers(2),
    )


class _Fields:
    """A table of a flatbuffer: its fields by number."""

    def __init__(self, table: Table) -> None:
        self._table = table

    @classmethod
    def root(cls, content: bytes) -> _Fields:
        return cls(Table(content, encode.Get(number_types.UOffsetTFlags.packer_type, content, 0)))

    def byte(self, field: int) -> int:
        return self._number(field, number_types.Int8Flags, 0)

    def integer(self, field: int, absent: int = 0) -> int:
        return self._number(field, number_types.Int32Flags, absent)

    def text(self, field: int) -> str:
        place = self._place(field)
        return bytes(self._table.String(place + self._table.Pos)).decode() if place else ""

    def table(self, field: int) -> _Fields | None:
        place = self._place(field)
        return self._at(self._table.Indirect(place + self._table.Pos)) if place else None

    def tables(self, field: int) -> list[_Fields]:
        place = self._place(field)
        if not place:
            return []
        start = self._table.Vector(place)
        return [self._at(self._table.Indirect(start + 4 * i)) for i in range(self._table.VectorLen(place))]

    def array(self, field: int, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        place = self._place(field)
        if not place:
            return np.zeros(0, dtype)
        return np.frombuffer(self._table.Bytes, dtype, self._table.VectorLen(place), self._table.Vector(place))

    def integers(self, field: int) -> tuple[int, ...]:
        return tuple(self.array(field, "<i4").tolist())

    def _at(self, position: int) -> _Fields:
        return _Fields(Table(self._table.Bytes, position))

    def _place(self, field: int) -> int:
        # Before the fields, the table of places holds two sizes; all of them take two bytes.
        return int(self._table.Offset(4 + 2 * field))

    def _number(self, field: int, kind: Any, absent: int) -> int:
        place = self._place(field)
        return int(self._table.Get(kind, place + self._table.Pos)) if place else absent


def _tensor(fields: _Fields, buffers: list[_Fields]) -> Tensor:
    name, shape = fields.text(3), fields.integers(0)
    dtype = _known(DTYPES, fields.byte(1), f"{name}: type")
    stored = buffers[fields.integer(2)].array(0, np.uint8)
    quantised = fields.table(4)
    return Tensor(
        name=name,
        shape=shape,
        dtype=dtype,
        scale=quantised.array(2, "<f4") if quantised else np.zeros(0, np.float32),
        zero=quantised.array(3, "<i8") if quantised else np.zeros(0, np.int64),
        axis=quantised.integer(6) if quantised else 0,
        value=stored.view(dtype).reshape(shape) if stored.size else None,
    )


def _operation(fields: _Fields, kinds: list[str]) -> Operation:
    kind, said = kinds[fields.integer(0)], fields.table(4)
    options = {}
    for number, name in enumerate(OPTIONS.get(kind, ()) if said else ()):
        assert said is not None
        options[name] = said.byte(number) if name in ONE_BYTE else said.integer(number, int(name in ONE_IF_ABSENT))
    return Operation(kind, fields.integers(1), fields.integers(2), options)


def _known(names: Mapping[int, Any], number: int, what: str) -> Any:
    if number not in names:
        raise ValueError(f"{what} {number} is not supported")
    return names[number]
