"""A projection whose server is reached at first use: a command that only asks how far it is needs no server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from aima.domain.outbox import Change, Topic
from aima.errors import AimaError
from aima.services.projections.base import Entry, Projection


class Deferred:
    """`Projection` that is opened when it is first asked for more than its name.

    Everything but `name` raises what opening raises: StackDown or StoreUnreachable if its server is away, and the next
    call tries again.
    """

    def __init__(self, name: str, open_it: Callable[[], Projection]) -> None:
        self._name, self._open = name, open_it
        self._opened: Projection | None = None

    @property
    def name(self) -> str:
        """Under which its cursor is kept."""
        return self._name

    @property
    def topics(self) -> frozenset[Topic]:
        """What it wants to hear of."""
        return self._projection().topics

    @property
    def where(self) -> str:
        """Name and address of its server for messages."""
        return self._projection().where

    def apply(self, changes: Sequence[Change]) -> Mapping[Change, AimaError]:
        """Make the projection say what the truth says now of these keys."""
        return self._projection().apply(changes)

    def expected(self) -> Iterator[Entry]:
        """What the truth says should be there."""
        return self._projection().expected()

    def present(self) -> Iterator[Entry]:
        """What is there."""
        return self._projection().present()

    def clear(self) -> None:
        """Remove everything, so that it can be made anew."""
        self._projection().clear()

    def _projection(self) -> Projection:
        if self._opened is None:
            self._opened = self._open()
        return self._opened
