"""The port of the document store: documents that are rebuilt from the truth at any time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

Collection = Literal["analysis_results", "person_dossiers"]

COLLECTIONS: Final[tuple[Collection, ...]] = ("analysis_results", "person_dossiers")

MAX_BYTES: Final = 4 * 1024 * 1024
"""A document stays below this."""


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a group; a group (the parts of a medium, a person) is replaced as one.

    body: JSON values and datetimes, at most MAX_BYTES. digest: sha256 over its canonical JSON without wall clock times.
    """

    id: str
    body: Mapping[str, Any]
    digest: str


@dataclass(frozen=True, slots=True)
class DocumentStamp:
    """What `verify` compares."""

    id: str
    group: str
    version: int
    digest: str


class DocumentStore(Protocol):
    """Documents with a version: the seq of the change that they were made after."""

    @property
    def where(self) -> str:
        """Name and address for messages, for example "documents at 127.0.0.1:27017"."""
        ...

    def size(self, body: Mapping[str, Any]) -> int:
        """Bytes that a body takes in this store.

        Raises:
            DocumentRefused: it holds what cannot be stored.
        """
        ...

    def prepare(self) -> None:
        """Make collections, validators and indexes, or bring them up to date.

        Raises:
            StoreUnreachable: it does not answer.
            StoreOutdated: the server is too old.
        """
        ...

    def claim(self, archive: str) -> None:
        """Say whose documents these are, by an id that the archive keeps; the first one who says so has them.

        Raises:
            StoreUnreachable: it does not answer.
            StoreOutdated: they belong to another archive.
        """
        ...

    def replace(self, collection: Collection, group: str, documents: Sequence[Document], version: int) -> None:
        """The documents of this group become exactly these, but for those with a newer version. Durable on return.

        Raises:
            StoreUnreachable: the store does not answer.
            DocumentRefused: one of them cannot be stored.
        """
        ...

    def get(self, collection: Collection, id: str) -> dict[str, Any] | None:
        """Body of a document with `version`, or None."""
        ...

    def of(self, collection: Collection, group: str) -> list[dict[str, Any]]:
        """Bodies of a group with `version`, sorted by id."""
        ...

    def stamps(self, collection: Collection) -> Iterator[DocumentStamp]:
        """Every document, in any order."""
        ...

    def drop(self, collection: Collection) -> None:
        """Remove a collection with everything in it; `prepare` makes it anew."""
        ...

    def drop_all(self) -> None:
        """Remove everything that belongs to this archive, logs too."""
        ...

    def log(self, lines: Sequence[Mapping[str, Any]]) -> None:
        """Append to system_logs: unacknowledged, bounded, never a source."""
        ...

    def logs(self, limit: int, level: str | None = None, **related: str) -> list[dict[str, Any]]:
        """The newest log lines, newest first, of this level and these related ids, whole or the beginning of one."""
        ...

    def close(self) -> None:
        """Close every connection."""
        ...
