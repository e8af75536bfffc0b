"""A projection to fewer dimensions that every machine computes alike, down to the last bit.

Rows of a Hadamard matrix with random signs are orthonormal but for a factor, mix every input into every output, and
are whole numbers (Ailon and Chazelle, The fast Johnson-Lindenstrauss transform, 2009).
"""

from __future__ import annotations

import hashlib
from typing import Final

import numpy as np
import numpy.typing as npt

PRIME: Final = 19
"""Of Paley's construction: it gives a matrix of order 20."""

SEED: Final = "aima picture vector"


def projection(inputs: int, outputs: int) -> npt.NDArray[np.float64]:
    """Orthonormal columns, float64 [inputs, outputs]: x @ projection keeps lengths and angles but for chance.

    Raises:
        ValueError: `inputs` is not 20 times a power of 2, or smaller than `outputs`.
    """
    times = inputs // (PRIME + 1)
    if inputs != times * (PRIME + 1) or times & (times - 1) or not 0 < outputs <= inputs:
        raise ValueError(f"no projection from {inputs} to {outputs} dimensions")
    whole = _paley(PRIME)
    while len(whole) < inputs:
        whole = np.kron([[1, 1], [1, -1]], whole)
    rows = sorted(range(inputs), key=lambda i: _digest("row", i))[:outputs]
    signs = _signs(inputs)
    return np.asarray((whole[rows] * signs).T / np.sqrt(inputs), np.float64)


def _paley(prime: int) -> npt.NDArray[np.int64]:
    """Hadamard matrix of order prime + 1, for a prime that leaves 3 when divided by 4 (Paley, 1933)."""
    squares = {x * x % prime for x in range(1, prime)}
    character = np.array([0] + [1 if x in squares else -1 for x in range(1, prime)])
    places = np.arange(prime)
    matrix = np.ones((prime + 1, prime + 1), np.int64)
    matrix[1:, 0] = -1
    matrix[1:, 1:] = character[(places - places[:, None]) % prime] + np.eye(prime, dtype=np.int64)
    return matrix


def _signs(count: int) -> npt.NDArray[np.int64]:
    return np.array([1 - 2 * (_digest("sign", i)[0] % 2) for i in range(count)])


def _digest(word: str, number: int) -> bytes:
    # A generator's stream may change with the library; this one never does.
    return hashlib.sha256(f"{SEED}:{word}:{number}".encode()).digest()
