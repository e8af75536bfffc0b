"""What a projection is: a consumer whose store can be compared with the truth and made anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from aima.domain.outbox import Consumer, Topic


@dataclass(frozen=True, slots=True)
class Entry:
    """One document or vector. `part`: its collection or space; `topic`, `key`: what to announce to mend it."""

    part: str
    id: str
    digest: str
    topic: Topic
    key: str


class Projection(Consumer, Protocol):
    """A consumer and its store."""

    @property
    def where(self) -> str:
        """Name and address of its server for messages, for example "documents at 127.0.0.1:27017"."""
        ...

    def expected(self) -> Iterator[Entry]:
        """What the truth says should be there, in any order."""
        ...

    def present(self) -> Iterator[Entry]:
        """What is there, in any order.

        Raises:
            StoreUnreachable: the store does not answer.
        """
        ...

    def clear(self) -> None:
        """Remove everything, so that it can be made anew.

        Raises:
            StoreUnreachable: the store does not answer.
        """
        ...
