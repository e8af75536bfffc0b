"""Weights as TensorFlow.js stores them: groups of tensors in concatenated shards, some of them quantised."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

DTYPES: dict[str, np.dtype[Any]] = {
    "float32": np.dtype("<f4"),
    "float16": np.dtype("<f2"),
    "int32": np.dtype("<i4"),
    "uint16": np.dtype("<u2"),
    "uint8": np.dtype("u1"),
    "bool": np.dtype("?"),
}


class Quantisation(BaseModel):
    """How a tensor was narrowed: affine for integers, plain for float16."""

    dtype: str
    scale: float = 1.0
    min: float = 0.0


class Spec(BaseModel):
    """One tensor of a group."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    quantization: Quantisation | None = None

    @property
    def stored(self) -> np.dtype[Any]:
        """Type of the numbers in the shard."""
        name = self.quantization.dtype if self.quantization else self.dtype
        if name not in DTYPES:
            raise ValueError(f"{self.name}: weights of type {name} are not supported")
        return DTYPES[name]


class Group(BaseModel):
    """Tensors that lie one after another in the shards `paths`."""

    model_config = ConfigDict(frozen=True)

    paths: tuple[str, ...]
    weights: tuple[Spec, ...]


def read_weights(groups: Sequence[Group], shards: Mapping[str, bytes]) -> dict[str, npt.NDArray[Any]]:
    """Every tensor by name; quantised ones as float32.

    Raises:
        ValueError: the shards are shorter or longer than the tensors, or of an unknown type.
    """
    tensors = {}
    for group in groups:
        blob = b"".join(shards[path] for path in group.paths)
        offset = 0
        for spec in group.weights:
            size = math.prod(spec.shape) * spec.stored.itemsize
            tensors[spec.name] = _tensor(spec, blob[offset : offset + size])
            offset += size
        if offset != len(blob):
            raise ValueError(f"{group.paths}: {len(blob)} bytes, expected {offset}")
    return tensors


def _tensor(spec: Spec, raw: bytes) -> npt.NDArray[Any]:
    stored = np.frombuffer(raw, spec.stored).reshape(spec.shape)
    if spec.quantization is None:
        return stored
    wide = stored.astype(np.float32)
    # float16 has no scale: widening is all.
    if stored.dtype.kind == "f":
        return wide
    return wide * np.float32(spec.quantization.scale) + np.float32(spec.quantization.min)
