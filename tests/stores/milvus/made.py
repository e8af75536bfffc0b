"""Vectors made up for tests."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from aima.stores.vectors import Space, VectorRow

DIMENSION = 16
FACES = Space("face", "faces@1+4", DIMENSION)
OTHERS = Space("face", "faces@2+4", DIMENSION)
TEXTS = Space("text", "words@1", DIMENSION)


def unit(seed: int, dimension: int = DIMENSION) -> npt.NDArray[np.float32]:
    """A vector of length 1."""
    drawn = np.random.default_rng(seed).standard_normal(dimension)
    return np.asarray(drawn / np.linalg.norm(drawn), np.float32)


def row(id: str, group: str = "g", seed: int | None = None, **further: object) -> VectorRow:
    """A row whose vector hangs on its id, or on the seed."""
    drawn = unit(sum(id.encode()) if seed is None else seed)
    return VectorRow(id, group, drawn, **{"subject": f"of {id}", **further})  # type: ignore[arg-type]
