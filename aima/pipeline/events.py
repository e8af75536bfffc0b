"""What a stream of segments tells whoever feeds it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from aima.domain.media import Segment
from aima.domain.queue import Node
from aima.errors import AimaError
from aima.pipeline.plan import Place
from aima.pipeline.task import Outcome, SegmentTask


@dataclass(frozen=True, slots=True)
class Begun:
    """A worker has taken a segment in hand. stage: which of the plan's, from 0."""

    segment: Segment
    stage: int
    node: Node
    pid: int


@dataclass(frozen=True, slots=True)
class Lost:
    """A segment will not come to an end: its worker died, fell silent, or it went astray on the way.

    is_suspect: it was in hand when the worker died, so it may be the reason.
    """

    segment: Segment
    is_suspect: bool
    why: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The stream has come to its end; unasked, if there is an error. Nothing is told after it."""

    error: AimaError | None = None


Event = Outcome | Begun | Lost | Ended
Hear = Callable[[Event], None]
"""Called from any thread."""


class Stream(Protocol):
    """One execution that stays open. Its segments come to one end each: Finished, Failure (of no single analyzer),
    Lost; or the stream itself ends."""

    @property
    def workers(self) -> int:
        """How many segments are worked on at once."""
        ...

    def put(self, task: SegmentTask) -> None:
        """Feed a segment. No two of the same content and number at once."""
        ...

    def close(self, timeout_s: float = 60.0) -> None:
        """End the execution: at once if nothing is in flight, else after what is, or after this time without it."""
        ...


class Flow(Protocol):
    """Where streams run; `bootstrap` gives the one on Ray."""

    def places(self) -> Sequence[Place]:
        """How stages are placed now: by what the settings ask for and the cluster has. Connects to it."""
        ...

    def open(self, places: Sequence[Place], hear: Hear) -> Stream:
        """Begin a stream over these places; its tasks bring their plans, made for the same places.

        Raises:
            StackDown: the cluster does not answer.
            AnalysisFailed: the cluster cannot go on.
        """
        ...

    def leave(self) -> None:
        """Let go of the cluster until the next `places` or `open`; streams are closed before."""
        ...
