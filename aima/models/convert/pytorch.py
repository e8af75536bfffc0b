"""Reads weights that PyTorch saved before its version 1.6, without PyTorch: arrays, and nothing else that runs.

The file holds five pickles - a magic number, the version of the form, sizes of numbers, the state with references to
stores, and the keys of the stores - and then each store: how many numbers as int64, and these.
"""

from __future__ import annotations

import io
import pickle
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

MAGIC: Final = 0x1950A86A20F9469CFC6C


def read_state(content: bytes) -> dict[str, Array]:
    """The weights by name.

    Raises:
        ValueError: the file is of another form or cut off.
        pickle.UnpicklingError: it holds something else than arrays, or is damaged.
        Exception: whatever pickle says of bytes that make no sense.
    """
    file = io.BytesIO(content)
    if _Unpickler(file).load() != MAGIC:
        raise ValueError("not saved by PyTorch in the form before 1.6")
    for _ in ("version", "sizes"):
        _Unpickler(file).load()
    unpickler = _Unpickler(file)
    state = unpickler.load()
    for key in _Unpickler(file).load():
        _fill(unpickler.stores[key], file)
    if not isinstance(state, Mapping) or not all(isinstance(value, np.ndarray) for value in state.values()):
        raise ValueError("the file holds no weights by name")
    return dict(state)


class _Unpickler(pickle.Unpickler):
    """Gives what ALLOWED names, and refuses everything else. stores: by key, to be filled."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file)
        self.stores: dict[str, Array] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of weights")
        return ALLOWED[module, name]

    def persistent_load(self, reference: Any) -> Array:
        _, dtype, key, _, count, _ = reference
        return self.stores.setdefault(key, np.zeros(count, dtype))


def _array(store: Array, offset: int, shape: Sequence[int], steps: Sequence[int], *_: object) -> Array:
    # This constructor refuses what would lie beyond the store.
    strides = [step * store.itemsize for step in steps]
    return np.ndarray(tuple(shape), store.dtype, store.data, offset * store.itemsize, strides)


def _fill(store: Array, file: io.BytesIO) -> None:
    (count,) = np.frombuffer(file.read(8), "<i8")
    if count != store.size:
        raise ValueError(f"a store of {count} numbers, expected {store.size}")
    store[:] = np.frombuffer(file.read(store.nbytes), store.dtype)


ALLOWED: Final[Mapping[tuple[str, str], Callable[..., Any] | np.dtype[Any]]] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch", "FloatStorage"): np.dtype("<f4"),
    ("torch", "LongStorage"): np.dtype("<i8"),
    ("torch._utils", "_rebuild_tensor_v2"): _array,
}
