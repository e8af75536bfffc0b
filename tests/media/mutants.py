"""Good bytes turned bad in ways that parsers trip over. What comes out depends on the seed alone."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Final

Change = Callable[[bytearray, random.Random], bytearray]

_ODD_NUMBERS: Final = (0, 1, 7, 8, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF0, 0xFFFFFFFF)
# Names of boxes, chunks and markers, each behind or before a length.
_BOX: Final = re.compile(rb"[a-z][a-z0-9 ]{3}|[A-Z]{4}|IHDR|IDAT")
_HEAD: Final = 512


def mutate(data: bytes, seed: str) -> bytes:
    """One to three changes."""
    chance = random.Random(seed)
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 3))):
        changed = chance.choice(CHANGES)(changed, chance)
    return bytes(changed)


def _flip(data: bytearray, chance: random.Random) -> bytearray:
    for _ in range(chance.choice((1, 3, 20, max(1, len(data) // 200)))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return data


def _flip_head(data: bytearray, chance: random.Random) -> bytearray:
    for _ in range(chance.choice((1, 2, 8))):
        data[chance.randrange(min(_HEAD, len(data)))] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
    return data


def _truncate(data: bytearray, chance: random.Random) -> bytearray:
    return data[: chance.randrange(1, max(2, len(data)))]


def _behead(data: bytearray, chance: random.Random) -> bytearray:
    return data[chance.randrange(1, max(2, min(64, len(data)))) :] or data


def _swap(data: bytearray, chance: random.Random) -> bytearray:
    (a, b), size = _blocks(data, chance)
    data[a : a + size], data[b : b + size] = data[b : b + size], data[a : a + size]
    return data


def _double(data: bytearray, chance: random.Random) -> bytearray:
    (a, b), size = _blocks(data, chance)
    return data[:b] + data[a : a + size] + data[b:]


def _cut_out(data: bytearray, chance: random.Random) -> bytearray:
    (a, _), size = _blocks(data, chance)
    return data[:a] + data[a + size :] or data


def _blank(data: bytearray, chance: random.Random) -> bytearray:
    (a, _), size = _blocks(data, chance)
    data[a : a + size] = bytes(len(data[a : a + size]))
    return data


def _noise(data: bytearray, chance: random.Random) -> bytearray:
    (a, _), size = _blocks(data, chance)
    data[a : a + size] = chance.randbytes(len(data[a : a + size]))
    return data


def _number(data: bytearray, chance: random.Random) -> bytearray:
    """An odd number somewhere in the first part, where lengths, counts and sizes stand."""
    return _write_number(data, chance.randrange(min(4 * _HEAD, len(data))), chance)


def _box_size(data: bytearray, chance: random.Random) -> bytearray:
    """An odd length before or behind the name of a box."""
    names = [found.start() for found in _BOX.finditer(bytes(data))]
    at = chance.choice(names) if names else chance.randrange(len(data))
    return _write_number(data, max(0, at + chance.choice((-4, 4, 8, 12, 16))), chance)


def _rename(data: bytearray, chance: random.Random) -> bytearray:
    names = [found.start() for found in _BOX.finditer(bytes(data))]
    if len(names) > 1:
        one, other = chance.sample(names, 2)
        data[one : one + 4] = data[other : other + 4]
    return data


def _write_number(data: bytearray, at: int, chance: random.Random) -> bytearray:
    size = chance.choice((1, 2, 4, 8))
    value = chance.choice(_ODD_NUMBERS) & ((1 << 8 * size) - 1)
    data[at : at + size] = value.to_bytes(size, chance.choice(("big", "little")))
    return data


def _blocks(data: bytearray, chance: random.Random) -> tuple[tuple[int, int], int]:
    """Two places and a length."""
    size = chance.choice((1, 4, 16, 188, max(1, len(data) // 10)))
    return (chance.randrange(len(data)), chance.randrange(len(data))), size


CHANGES: Final[tuple[Change, ...]] = (
    _flip, _flip, _flip_head, _truncate, _behead, _swap, _double, _cut_out, _blank, _noise, _number, _number,
    _box_size, _box_size, _rename,
)  # fmt: skip
