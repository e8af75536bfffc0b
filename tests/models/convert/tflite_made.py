"""TensorFlow Lite files that the tests write: one graph of quantised operations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import flatbuffers
import numpy as np

TYPES = {"float32": 0, "int32": 2, "uint8": 3, "int8": 9}
KINDS = {
    "ADD": 0,
    "AVERAGE_POOL_2D": 1,
    "CONV_2D": 3,
    "DEPTHWISE_CONV_2D": 4,
    "FULLY_CONNECTED": 9,
    "RESHAPE": 22,
    "SOFTMAX": 25,
    "QUANTIZE": 114,
}


@dataclass
class Made:
    """A tensor of a made file; `scale` and `zero` one number each, or one per channel along `axis`."""

    shape: Sequence[int]
    dtype: str = "int8"
    scale: Sequence[float] = (1.0,)
    zero: Sequence[int] = (0,)
    axis: int = 0
    value: np.ndarray | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


def tflite(
    tensors: Sequence[Made], operations: Sequence[tuple], inputs: Sequence[int], outputs: Sequence[int]
) -> bytes:
    """A file; operations: (kind, inputs, outputs, options as [(field, bytes, number)])."""
    build = flatbuffers.Builder(1024)
    stored = [_table(build, {})] + [_table(build, {0: _bytes(build, t.value)}) for t in tensors if t.value is not None]
    places = iter(range(1, len(stored)))
    made = [_tensor(build, f"tensor {i}", t, next(places) if t.value is not None else 0) for i, t in enumerate(tensors)]
    kinds = list(dict.fromkeys(kind for kind, *_ in operations))
    codes = [_table(build, {0: ("int8", min(KINDS[kind], 127)), 3: ("int32", KINDS[kind])}) for kind in kinds]
    steps = [_operation(build, kinds.index(kind), *rest) for kind, *rest in operations]
    graph = {
        0: _tables(build, made),
        1: _integers(build, inputs),
        2: _integers(build, outputs),
        3: _tables(build, steps),
    }
    graphs = _tables(build, [_table(build, graph)])
    model = {0: ("int32", 3), 1: _tables(build, codes), 2: graphs, 4: _tables(build, stored)}
    build.Finish(_table(build, model), file_identifier=b"TFL3")
    return bytes(build.Output())


def _tensor(build: flatbuffers.Builder, name: str, made: Made, buffer: int) -> int:
    quantised = {
        2: build.CreateNumpyVector(np.array(made.scale, np.float32)),
        3: build.CreateNumpyVector(np.array(made.zero, np.int64)),
        6: ("int32", made.axis),
    }
    fields = {
        0: _integers(build, made.shape),
        1: ("int8", TYPES[made.dtype]),
        2: ("int32", buffer),
        3: build.CreateString(name),
        4: _table(build, quantised),
    }
    return _table(build, fields)


def _operation(
    build: flatbuffers.Builder, code: int, inputs: Sequence[int], outputs: Sequence[int], options: Sequence[tuple]
) -> int:
    said = _table(build, {number: (kind, value) for number, kind, value in options})
    fields = {
        0: ("int32", code),
        1: _integers(build, inputs),
        2: _integers(build, outputs),
        3: ("int8", 1),
        4: said,
    }
    return _table(build, fields)


def _table(build: flatbuffers.Builder, fields: Mapping[int, Any]) -> int:
    """A table; a value is the place of something built, or the kind of a number and the number."""
    build.StartObject(max(fields, default=0) + 1)
    for number, value in fields.items():
        if isinstance(value, tuple):
            {"int8": build.PrependInt8Slot, "int32": build.PrependInt32Slot}[value[0]](number, value[1], -1)
        else:
            build.PrependUOffsetTRelativeSlot(number, value, 0)
    return build.EndObject()


def _tables(build: flatbuffers.Builder, places: Sequence[int]) -> int:
    build.StartVector(4, len(places), 4)
    for place in reversed(places):
        build.PrependUOffsetTRelative(place)
    return build.EndVector()


def _integers(build: flatbuffers.Builder, values: Sequence[int]) -> int:
    return build.CreateNumpyVector(np.array(values, np.int32))


def _bytes(build: flatbuffers.Builder, value: np.ndarray) -> int:
    return build.CreateNumpyVector(np.frombuffer(value.tobytes(), np.uint8))
