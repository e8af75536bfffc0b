"""Who does not answer is left alone for a while, longer each time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from aima.errors import AimaError

SHORTEST_S: Final = 0.5
LONGEST_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class _Rest:
    error: AimaError
    until: float
    pause_s: float


class Resting:
    """The consumers that do not answer, why, and until when nobody asks them again."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._rests: dict[str, _Rest] = {}

    def add(self, name: str, error: AimaError) -> None:
        """Leave a consumer alone, twice as long as the last time."""
        before = self._rests.get(name)
        pause_s = min(before.pause_s * 2, LONGEST_S) if before else SHORTEST_S
        self._rests[name] = _Rest(error, self._clock() + pause_s, pause_s)

    def end(self, name: str) -> None:
        """It has answered."""
        self._rests.pop(name, None)

    def why(self, name: str) -> AimaError | None:
        """Why it is to be left alone now; None: it may be asked."""
        rest = self._rests.get(name)
        return rest.error if rest and self._clock() < rest.until else None

    def next_s(self) -> float | None:
        """Seconds until the first may be asked again; None if nobody rests."""
        now = self._clock()
        return max(0.0, min(rest.until for rest in self._rests.values()) - now) if self._rests else None
