"""What decoders have in common: they give shots in time order, and collect what they could not read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]


class Shot(Protocol):
    """One decoded frame. Pixels are made only when asked for.

    before_us is the time of the frame before it in the medium, also across a segment's border; None for the first.
    """

    pts_us: int
    before_us: int | None

    def rgb(self, out: Pixels) -> None:
        """Write it upright as RGB into `out` [height, width, 3]."""
        ...

    def grey(self, out: Pixels) -> None:
        """Write it upright as full-range luma into `out` [height, width]."""
        ...


class Source(Protocol):
    """A decoder for one medium."""

    def shots(self, start_us: int, end_us: int, problems: Problems) -> Iterator[Shot]:
        """Decoded frames in [start_us, end_us), ascending."""
        ...


class Problems:
    """What could not be read, counted by code, each with its first detail."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[int, str]] = {}

    def note(self, code: str, detail: str) -> None:
        """Count a problem."""
        count, first = self._found.get(code, (0, detail))
        self._found[code] = (count + 1, first)

    def drain(self) -> list[tuple[str, str]]:
        """Code and detail of every kind of problem since the last call."""
        found, self._found = self._found, {}
        return [
            (code, detail if count == 1 else f"{detail} (and {count - 1} more)")
            for code, (count, detail) in found.items()
        ]
