"""What a projection is: a consumer whose store can be compared with the truth and made anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from aima.domain.outbox import Consumer, Topic
from aima.stores.documents import DocumentStamp
from aima.stores.vectors import VectorStamp


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


class Made(Protocol):
    """What is made of observations inside the truth, content by content."""

    def behind(self) -> list[str]:
        """Contents of which it is not made of what was observed last, sorted."""
        ...

    def refresh(self) -> object:
        """Make it anew for these.

        Raises:
            StoreError: the database does not take it; what was made before stays.
        """
        ...


def digest_of(stamp: DocumentStamp | VectorStamp, head: int) -> str:
    """The digest of what stands there; none if it is of a change behind the `head` of the truth.

    A later state of the database left it, before an older one was restored: no change to come would replace it.
    """
    return stamp.digest if stamp.version <= head else ""
