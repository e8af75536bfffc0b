"""The outbox: what has changed in the truth, and who has still to hear of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal, Protocol

from aima.errors import AimaError

Topic = Literal["content", "medium", "person", "text", "model"]
"""What a key names: content_id (vectors of faces and pictures), media_id (documents of its analysis), person_id (the
dossier), text_id (the vector of a text), task of a model (the alias of its vectors)."""


@dataclass(frozen=True, slots=True)
class Change:
    """One row. `seq` grows in the order of commits, without a row that becomes visible late."""

    seq: int
    topic: Topic
    key: str


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A change that a consumer could not apply, and why. A later one of the same key that it can apply removes it."""

    consumer: str
    change: Change
    code: str
    detail: str


class Consumer(Protocol):
    """Carries changes into a projection. Applying a change again, or a later one first, changes nothing."""

    @property
    def name(self) -> str:
        """Under which its cursor is kept."""
        ...

    @property
    def topics(self) -> frozenset[Topic]:
        """What it wants to hear of."""
        ...

    def apply(self, changes: Sequence[Change]) -> Mapping[Change, AimaError]:
        """Make the projection say what the truth says now of these keys; durable when it returns.

        Gives the changes that could not be applied and why: one bad key never stops the others.

        Raises:
            StoreUnreachable: the projection or the truth does not answer; nothing is lost, the same changes come again.
        """
        ...


class Outbox(Protocol):
    """Changes in order of commit, a cursor for each consumer, dead letters."""

    def head(self) -> int:
        """Seq of the last change; 0 if there is none."""
        ...

    def cursors(self) -> dict[str, int]:
        """Seq up to which each consumer has applied everything."""
        ...

    def after(self, seq: int, limit: int) -> list[Change]:
        """The next changes behind `seq`, ascending."""
        ...

    def advance(self, consumer: str, seq: int, applied: Sequence[Change], dead: Sequence[DeadLetter]) -> None:
        """Move a cursor forward, never back, and keep what could not be applied, in one transaction."""
        ...

    def dead_letters(self) -> list[DeadLetter]:
        """What could not be applied, sorted by consumer and seq."""
        ...

    def enqueue(self, keys: Sequence[tuple[Topic, str]]) -> int:
        """Announce these keys again; gives the head."""
        ...

    def prune(self, keep: int) -> int:
        """Drop what every consumer has applied but the last `keep` rows; gives how many went."""
        ...

    def alone(self) -> AbstractContextManager[bool]:
        """True: this process alone publishes until the end. False: another one does."""
        ...

    def attending(self) -> AbstractContextManager[None]:
        """This process publishes whatever comes, until the end: others may leave it to it."""
        ...

    def attended(self) -> bool:
        """Whether a process is there that publishes whatever comes."""
        ...

    def wait(self, timeout_s: float, seen: int | None = None) -> bool:
        """Sleep until something changes: True; or until the time is over: False.

        seen: True at once if there is a change behind this one already; none: only what comes from now on counts.
        """
        ...
