"""What threads tell the loop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aima.errors import AimaError
from aima.pipeline.events import Event


@dataclass(frozen=True, slots=True)
class Heard:
    """A stream tells something. life: which of the streams, counted from 1."""

    life: int
    event: Event


@dataclass(frozen=True, slots=True)
class Opened:
    """The crew is ready. life: that of its stream."""

    life: int


@dataclass(frozen=True, slots=True)
class Refused:
    """No stream could be opened."""

    error: AimaError


@dataclass(frozen=True, slots=True)
class Woken:
    """There may be something to lease."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A finishing has ended. error: what kept it from being whole."""

    cost_s: float
    error: AimaError | None = None


Notice = Heard | Opened | Refused | Woken | Settled
Post = Callable[[Notice], None]
"""Called from any thread."""
