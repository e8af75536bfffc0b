"""When to fuse: at the end of the queue; before it, not too soon and not too often."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Final

SHARE: Final = 0.05
"""Of the time that may be spent on results of what is not at its end."""


class Pace:
    """Knows since when there is something new, and what finishing has cost.

    after_s: nothing is fused sooner after the first news, unless the queue is at its end.
    """

    def __init__(self, after_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._after_s, self._clock = after_s, clock
        self._began = clock()
        self._news_at: float | None = None
        self._cost_s = 0.0

    @property
    def has_news(self) -> bool:
        """Something was observed that no finishing has seen."""
        return self._news_at is not None

    def see(self) -> None:
        """A segment was observed, or given up."""
        if self._news_at is None:
            self._news_at = self._clock()

    def start(self) -> None:
        """A finishing begins: it sees everything so far."""
        self._news_at = None

    def end(self, cost_s: float) -> None:
        """A finishing has ended, after so many seconds."""
        self._cost_s += cost_s

    def rest(self) -> None:
        """Nothing is left to do: the next work is measured by itself."""
        self._began, self._cost_s = self._clock(), 0.0

    def due_in_s(self) -> float:
        """Seconds until what is there so far is to be fused; infinity: there is nothing new."""
        if self._news_at is None:
            return math.inf
        affordable = self._began + self._cost_s / SHARE
        return max(0.0, self._news_at + self._after_s - self._clock(), affordable - self._clock())
