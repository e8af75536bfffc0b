"""Reads weights that PyTorch saved, without PyTorch: arrays, and nothing else that runs.

Since its version 1.6 the file is a zip archive: a pickle of the state with references to stores, and a file per store.
Before, it held five pickles - a magic number, the version of the form, sizes of numbers, the state, and the keys of the
stores - and then each store: how many numbers as int64, and these.
"""

from __future__ import annotations

import io
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

ARCHIVE: Final = b"PK"
"""How a zip archive begins."""

MAGIC: Final = 0x1950A86A20F9469CFC6C


def read_state(content: bytes, part: str | None = None) -> dict[str, Array]:
    """The weights by name; those of one part, where a whole training was saved.

    Raises:
        ValueError: the file is of another form or cut off.
        pickle.UnpicklingError: it holds something else than arrays, or is damaged.
        zipfile.BadZipFile, KeyError: it is damaged, or lacks the part.
        Exception: whatever pickle says of bytes that make no sense.
    """
    saved = _read_archive(content) if content.startswith(ARCHIVE) else _read_pickles(content)
    state = saved[part] if part is not None and isinstance(saved, Mapping) else saved
    if not isinstance(state, Mapping) or not all(isinstance(value, np.ndarray) for value in state.values()):
        raise ValueError("the file holds no weights by name")
    return dict(state)


def _read_pickles(content: bytes) -> Any:
    file = io.BytesIO(content)
    if _Unpickler(file).load() != MAGIC:
        raise ValueError("neither form of PyTorch")
    for _ in ("version", "sizes"):
        _Unpickler(file).load()
    unpickler = _Unpickler(file)
    saved = unpickler.load()
    for key in _Unpickler(file).load():
        _fill(unpickler.stores[key], file)
    return saved


def _read_archive(content: bytes) -> Any:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        folder, _, _ = archive.namelist()[0].partition("/")
        unpickler = _Unpickler(io.BytesIO(archive.read(f"{folder}/data.pkl")))
        saved = unpickler.load()
        for key, store in unpickler.stores.items():
            store[:] = np.frombuffer(archive.read(f"{folder}/data/{key}"), store.dtype).reshape(store.shape)
    return saved


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
        _, dtype, key, _, count, *_ = reference  # the older form adds a view
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
