"""`VectorStore` on Milvus 2.6 or newer, and on Milvus Lite as a server."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, Self, TypeVar

import numpy as np
import numpy.typing as npt

from aima.errors import StoreError, StoreOutdated
from aima.stores.milvus import names, schema
from aima.stores.milvus.client import LONG_S, NO_ALIAS, NOT_FOUND, NOT_LOADED, Connection, code_of
from aima.stores.vectors import Hit, Space, VectorKind, VectorRow, VectorStamp
from aima.telemetry.failpoints import failpoint

Vectors = npt.NDArray[np.float32]
Item = TypeVar("Item")

WRITE_BYTES: Final = 4_000_000
"""Of vectors in one request: a real Milvus takes 64 MB, a proxy before it often less."""
NAMED: Final = 1000
"""Ids or groups named in one expression."""
MADE_S: Final = 5.0
PAGE: Final = 16_000
"""Rows of one answer to a query without a search; Milvus gives 16,384 at most."""
PARTS: Final = 8
"""Into which a range of ids is cut whose answer is full."""


class MilvusVectors:
    """`VectorStore` on a Milvus. Every answer is as strong as the last write that returned."""

    def __init__(self, connection: Connection, namespace: str) -> None:
        self._connection, self._namespace = connection, namespace
        self._ready: set[Space] = set()
        self._kind_of_server = ""

    @classmethod
    def open(cls, url: str, namespace: str) -> Self:
        """The spaces of one archive on a server; connects when it is first asked.

        Raises:
            SettingInvalid: it is no URL of a Milvus.
        """
        return cls(Connection(url), namespace)

    @property
    def where(self) -> str:
        """Name and address for messages."""
        return self._connection.where

    def prepare(self, space: Space) -> None:
        """Make the collection of a space if there is none, and load it.

        Raises:
            StoreUnreachable: it does not answer.
            StoreOutdated: the server is too old, or the collection has another form.
        """
        name = self._name(space)
        if not self._call("has_collection", name):
            self._create(name, space)
        elif not self._call("list_indexes", name) and not self._is_made_elsewhere(name):
            # Who made the collection died before its index.
            self._call("create_index", name, schema.indexes(self._server()), timeout=LONG_S)
        described = self._call("describe_collection", name)
        fields = {field["name"]: field["params"] for field in described["fields"]}
        if set(fields) != schema.FIELDS or int(fields[schema.VECTOR]["dim"]) != space.dimension:
            remedy = "run: aima rebuild vectors"
            raise StoreOutdated(f"{self.where}: the collection {name} has another form", remedy)
        self._call("load_collection", name, timeout=LONG_S)
        self._ready.add(space)

    def spaces(self) -> list[Space]:
        """The spaces that exist, sorted."""
        return sorted(self._collections())

    def replace(self, space: Space, group: str, rows: Sequence[VectorRow], version: int) -> None:
        """The vectors of this group become exactly these, but for those with a newer version."""
        self.replace_many(space, {group: rows}, {group: version})

    def replace_many(
        self, space: Space, groups: Mapping[str, Sequence[VectorRow]], versions: Mapping[str, int]
    ) -> None:
        """The same for several groups at once, each with its own version."""
        if space not in self._ready:
            self.prepare(space)
        stored = [stamp for expression in _among(schema.GROUP, list(groups)) for stamp in self._read(space, expression)]
        wanted = {row.id: row for rows in groups.values() for row in rows}
        stands = {stamp.id for stamp in stored if stamp.version > versions[stamp.group]}
        fresh = [row for row in wanted.values() if row.id not in stands]
        failpoint("vectors.before")
        for some in _portions(fresh, max(1, WRITE_BYTES // (4 * space.dimension))):
            self._tell(space, "upsert", [schema.row(row, versions[row.group]) for row in some], timeout=LONG_S)
        failpoint("vectors.half")
        stale = [stamp.id for stamp in stored if stamp.id not in wanted and stamp.id not in stands]
        for expression in _among(schema.ID, stale):
            self._tell(space, "delete", filter=expression)
        failpoint("vectors.written")

    def flush(self, space: Space) -> None:
        """Make durable what was written."""
        self._ask(space, "flush", timeout=LONG_S)
        failpoint("vectors.flushed")

    def search(
        self, space: Space, vectors: Vectors, limit: int, groups: Collection[str] | None = None
    ) -> list[list[Hit]]:
        """The nearest by cosine for each vector [n, dimension], best first; of these groups only, if given.

        Equal scores are sorted by id. Empty where the space does not exist.
        """
        found: list[list[Hit]] = [[] for _ in vectors]
        if not len(vectors):
            return found
        for expression in [""] if groups is None else _among(schema.GROUP, sorted(groups)):
            for number, hits in enumerate(self._nearest(space, vectors, limit, expression)):
                found[number] += hits
        return [sorted(hits, key=lambda hit: (-hit.score, hit.id))[:limit] for hits in found]

    def vectors(self, space: Space, ids: Sequence[str]) -> dict[str, Vectors]:
        """The stored vectors of these ids, those that exist."""
        found: dict[str, Vectors] = {}
        fields = [schema.ID, schema.VECTOR]
        for some in _portions(sorted(set(ids)), max(1, WRITE_BYTES // (4 * space.dimension))):
            named = names.among(schema.ID, some)
            for row in self._ask(space, "query", filter=named, output_fields=fields, limit=len(some)) or ():
                found[row[schema.ID]] = np.asarray(row[schema.VECTOR], np.float32)
        return found

    def stamps(self, space: Space) -> Iterator[VectorStamp]:
        """Every vector's stamp, in any order."""
        return self._read(space)

    def count(self, space: Space) -> int:
        """How many vectors a space holds."""
        counted = self._ask(space, "query", filter="", output_fields=["count(*)"])
        return int(counted[0]["count(*)"]) if counted else 0

    def drop(self, space: Space) -> None:
        """Remove a space with everything in it, and the alias that names it."""
        name = self._collections().get(space)
        self._ready.discard(space)
        if name is None:
            return
        for alias in self._call("list_aliases", name)["aliases"]:
            self._call("drop_alias", alias)
        self._call("drop_collection", name, timeout=LONG_S)

    def drop_all(self) -> None:
        """Remove everything that belongs to this archive."""
        for space in self.spaces():
            self.drop(space)

    def point(self, kind: VectorKind, space: Space) -> None:
        """Let the alias of a kind name this space, in one step."""
        alias = names.alias(self._namespace, kind)
        if space not in self._ready:
            self.prepare(space)
        method = "create_alias" if self._target(alias) is None else "alter_alias"
        self._tell(space, method, alias)

    def pointed(self, kind: VectorKind) -> Space | None:
        """What the alias of a kind names."""
        name = self._target(names.alias(self._namespace, kind))
        return next((space for space, known in self._collections().items() if known == name), None)

    def close(self) -> None:
        """Close every connection."""
        self._connection.close()

    def _name(self, space: Space) -> str:
        return names.collection(self._namespace, space)

    def _server(self) -> str:
        if not self._kind_of_server:
            self._kind_of_server = str(self._call("get_server_version"))
        return self._kind_of_server

    def _create(self, name: str, space: Space) -> None:
        card = names.card(self._namespace, space)
        form, index = schema.schema(card, space), schema.indexes(self._server())
        # Milvus Lite forgets descriptions, so the space stands in a property too.
        named = {"schema": form, "index_params": index, "properties": {names.PROPERTY: card}}
        try:
            self._call("create_collection", name, consistency_level="Strong", timeout=LONG_S, **named)
        except StoreError:
            if not self._is_made_elsewhere(name):
                raise

    def _is_made_elsewhere(self, name: str) -> bool:
        """Whether another process that was faster makes the collection, with its index, within seconds."""
        ends = time.monotonic() + MADE_S
        while time.monotonic() < ends:
            if self._call("has_collection", name) and self._call("list_indexes", name):
                return True
            time.sleep(0.1)
        return False

    def _collections(self) -> dict[Space, str]:
        found: dict[Space, str] = {}
        for name in self._call("list_collections"):
            if name.startswith(f"{self._namespace}_"):
                described = self._call("describe_collection", name)
                card = described["properties"].get(names.PROPERTY) or described["description"]
                if (space := names.space_of(card, self._namespace)) is not None:
                    found[space] = name
        return found

    def _target(self, alias: str) -> str | None:
        try:
            return str(self._call("describe_alias", alias)["collection_name"])
        except StoreError as error:
            if code_of(error) in {NOT_FOUND, NO_ALIAS}:
                return None
            raise

    def _read(self, space: Space, condition: str = "") -> Iterator[VectorStamp]:
        """Stamps of all rows that fulfil a condition.

        A range of ids that fills an answer is cut up: nothing hangs on the order in which a server gives rows.
        """
        waiting: list[tuple[str | None, str | None]] = [(None, None)]
        while waiting:
            low, high = waiting.pop()
            expression = " and ".join(part for part in (condition, names.between(schema.ID, low, high)) if part)
            rows = self._ask(space, "query", filter=expression, output_fields=schema.STAMP_FIELDS, limit=PAGE) or []
            if len(rows) < PAGE:
                yield from map(schema.stamp, rows)
            else:
                ids = sorted(row[schema.ID] for row in rows)
                cuts = [ids[len(ids) * part // PARTS] for part in range(1, PARTS)]
                waiting += pairwise([low, *cuts, high])

    def _nearest(self, space: Space, vectors: Vectors, limit: int, expression: str) -> list[list[Hit]]:
        asked = {
            "data": list(np.ascontiguousarray(vectors, np.float32)),
            "limit": limit,
            "filter": expression,
            "output_fields": schema.HIT_FIELDS,
            "anns_field": schema.VECTOR,
            "search_params": schema.search_params(self._server(), limit),
        }
        answers = self._ask(space, "search", **asked) or ()
        return [[schema.hit(found) for found in hits] for hits in answers]

    def _ask(self, space: Space, method: str, **named: Any) -> Any:
        """The answer of a method on a space, loaded again if the server has started anew; None where it is not."""
        name = self._name(space)
        try:
            return self._call(method, name, **named)
        except StoreError as error:
            if code_of(error) == NOT_FOUND:
                return None
            if code_of(error) != NOT_LOADED:
                raise
        self._call("load_collection", name, timeout=LONG_S)
        return self._call(method, name, **named)

    def _tell(self, space: Space, method: str, *args: Any, **named: Any) -> None:
        """Write with a method on a space, made again if somebody has dropped it."""
        name = self._name(space)
        try:
            self._call(method, name, *args, **named)
        except StoreError as error:
            if code_of(error) not in {NOT_FOUND, NOT_LOADED}:
                raise
            self.prepare(space)
            self._call(method, name, *args, **named)

    def _call(self, method: str, *args: Any, **named: Any) -> Any:
        return self._connection.call(method, *args, **named)


def _portions(items: Sequence[Item], size: int) -> Iterator[list[Item]]:
    for start in range(0, len(items), size):
        yield list(items[start : start + size])


def _among(field: str, values: Iterable[str]) -> list[str]:
    return [names.among(field, some) for some in _portions(list(values), NAMED)]
