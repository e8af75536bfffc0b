"""Carries vectors of faces, pictures and texts into the vector store, one space per model version."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from aima.domain.outbox import Change, Topic
from aima.errors import AimaError, ArchiveDamaged
from aima.services.model_versions import TASK_OF, ActiveModels
from aima.services.projections.base import Entry, digest_of
from aima.services.projections.samples import Samples
from aima.storage.archive import Archive
from aima.stores.ports import Stores
from aima.stores.vectors import Space, VectorKind, VectorRow, VectorStore

CONTENTS: Final = 16
TEXTS: Final = 500
"""Keys whose vectors are in memory at once."""

KINDS: Final[dict[Topic, tuple[VectorKind, ...]]] = {"content": ("face", "image"), "text": ("text",)}
"""The vectors that hang on the keys of a topic."""

ALIASES: Final = "aliases"
"""Part of the entries that say which space the alias of a kind names."""

Rows = dict[Space, list[VectorRow]]


class VectorProjection:
    """`Projection` into vectors: topic content becomes those of faces and pictures, text that of a text.

    Topic model moves the alias of its kind, which names the space that every process agrees on. Searches do not go by
    the alias: a search asks once which space answers, and stays with it.
    """

    name = "vectors"
    topics: frozenset[Topic] = frozenset({"content", "text", "model"})

    def __init__(self, stores: Stores, archive: Archive, vectors: VectorStore, spaces: ActiveModels) -> None:
        self._stores, self._vectors, self._spaces = stores, vectors, spaces
        self._samples = Samples(stores, archive)

    @property
    def where(self) -> str:
        """Name and address of its server for messages, for example "vectors at 127.0.0.1:19530"."""
        return self._vectors.where

    def apply(self, changes: Sequence[Change]) -> Mapping[Change, AimaError]:
        """Replace the vectors of these contents and texts by what the truth says of them now.

        A content of which a file is damaged is given back with `ArchiveDamaged`; what there was of it stays.

        Raises:
            StoreUnreachable: vectors or truth do not answer.
            StoreOutdated: the server is too old.
        """
        known = self._vectors.spaces()
        damaged: dict[str, AimaError] = {}
        touched: set[Space] = set()
        for topic, kinds in KINDS.items():
            versions = {c.key: c.seq for c in sorted(changes, key=lambda c: c.seq) if c.topic == topic}
            spaces = [space for space in known if space.kind in kinds]
            for found in self._read(topic, list(versions), damaged):
                touched |= self._replace(found, versions, spaces)
        for space in sorted(touched):
            self._vectors.flush(space)
        self._move_aliases()
        return {c: damaged[c.key] for c in changes if c.topic == "content" and c.key in damaged}

    def expected(self) -> Iterator[Entry]:
        """What the truth says should be there, in any order; nothing of contents whose files are damaged."""
        texts = sorted(self._stores.texts.all())
        keys: dict[Topic, list[str]] = {"content": self._stores.kept.content_ids(), "text": texts}
        for topic in KINDS:
            for found in self._read(topic, keys[topic], {}):
                for key, rows in found.items():
                    yield from _entries(topic, key, rows)
        for kind in TASK_OF:
            if (space := self._spaces.standing(kind)) is not None:
                yield _alias(kind, space)

    def present(self) -> Iterator[Entry]:
        """What is there, in any order.

        Raises:
            StoreUnreachable: the vectors do not answer.
        """
        for space in self._vectors.spaces():
            topic: Topic = "text" if space.kind == "text" else "content"
            stamps = list(self._vectors.stamps(space))
            head = self._stores.outbox.head()  # asked later: what is written meanwhile is not ahead of it
            for stamp in stamps:
                yield Entry(_part(space), stamp.id, digest_of(stamp, head), topic, stamp.group)
        for kind in TASK_OF:
            if (pointed := self._vectors.pointed(kind)) is not None:
                yield _alias(kind, pointed)

    def clear(self) -> None:
        """Remove every space, so that they can be made anew.

        Raises:
            StoreUnreachable: the vectors do not answer.
        """
        self._vectors.drop_all()

    def _read(self, topic: Topic, keys: Sequence[str], damaged: dict[str, AimaError]) -> Iterator[dict[str, Rows]]:
        """Vectors by key and space, some keys at a time; also keys that have none. Damaged ones are noted instead."""
        size = TEXTS if topic == "text" else CONTENTS
        for start in range(0, len(keys), size):
            some = keys[start : start + size]
            if topic == "text":
                yield self._samples.texts(some)
            else:
                yield self._contents(some, damaged)

    def _contents(self, content_ids: Sequence[str], damaged: dict[str, AimaError]) -> dict[str, Rows]:
        found: dict[str, Rows] = {}
        for kept in self._samples.kept(content_ids):
            try:
                found[kept.of.content_id] = self._samples.rows(kept)
            except ArchiveDamaged as error:
                damaged[kept.of.content_id] = error
        return found

    def _replace(self, found: Mapping[str, Rows], versions: Mapping[str, int], known: Iterable[Space]) -> set[Space]:
        """Write groups into every space that has, or may still have, something of them; gives these spaces."""
        groups: dict[Space, dict[str, list[VectorRow]]] = defaultdict(dict)
        for key, rows in found.items():
            for space in {*known, *rows}:
                groups[space][key] = rows.get(space, [])
        for space in sorted(groups):
            self._vectors.replace_many(space, groups[space], {key: versions[key] for key in groups[space]})
        return set(groups)

    def _move_aliases(self) -> None:
        for kind in TASK_OF:
            space = self._spaces.standing(kind)
            if space is not None and self._vectors.pointed(kind) != space:
                self._vectors.point(kind, space)


def _entries(topic: Topic, key: str, rows: Rows) -> Iterator[Entry]:
    for space, own in rows.items():
        for row in own:
            yield Entry(_part(space), row.id, row.digest, topic, key)


def _alias(kind: VectorKind, space: Space) -> Entry:
    return Entry(ALIASES, kind, _part(space), "model", TASK_OF[kind])


def _part(space: Space) -> str:
    return f"{space.kind} {space.model_version} {space.dimension}"
