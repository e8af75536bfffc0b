"""`DocumentStore` on MongoDB 6 or newer, and on servers that speak its protocol."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Self

import bson
from pymongo import ReplaceOne, WriteConcern
from pymongo import collection as driver
from pymongo.errors import BulkWriteError, DuplicateKeyError

from aima.errors import StoreOutdated
from aima.stores.documents import COLLECTIONS, Collection, Document, DocumentStamp
from aima.stores.mongo.client import DUPLICATE, Client, open_client, place, translated
from aima.stores.mongo.collections import bring_up_to_date
from aima.telemetry.failpoints import failpoint

Stored = dict[str, Any]

LOGS, OWNER = "system_logs", "owner"
OLDEST = (6, 0)
DURABLE = WriteConcern(w="majority", j=True, wtimeout=10_000)
UNACKNOWLEDGED = WriteConcern(w=0)
LAST_LETTER = "\U0010ffff"
DROP_BATCH = 200
"""Some servers remove document by document, a hundred or a thousand in a second."""

NEWEST_FIRST = [("timestamp", -1), ("_id", -1)]
OURS = ("_id", "group", "digest")


class MongoDocuments:
    """Documents in one database of a server. Make it with `open`."""

    def __init__(self, client: Client, namespace: str, where: str) -> None:
        self._client, self._where = client, where
        self._database = client.get_database(namespace)

    @classmethod
    def open(cls, url: str, namespace: str) -> Self:
        """Documents in the database `namespace`; connects at first use.

        Raises:
            SettingInvalid: it is no MongoDB URL.
        """
        return cls(open_client(url), namespace, f"documents at {place(url)}")

    @property
    def where(self) -> str:
        """Name and address for messages, for example "documents at 127.0.0.1:27017"."""
        return self._where

    def size(self, body: Mapping[str, Any]) -> int:
        """Bytes that a body takes as BSON.

        Raises:
            DocumentRefused: it holds what cannot be stored.
        """
        with translated(self._where):
            return len(bson.encode(body))

    def prepare(self) -> None:
        """Make collections, validators and indexes, or bring them up to date.

        Raises:
            StoreUnreachable: it does not answer.
            StoreOutdated: the server is too old.
        """
        with translated(self._where):
            version = self._client.server_info()["version"]
            if tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
                oldest = ".".join(map(str, OLDEST))
                raise StoreOutdated(f"{self._where} is MongoDB {version}", f"MongoDB {oldest} or newer is needed")
            bring_up_to_date(self._database)

    def claim(self, archive: str) -> None:
        """Say whose documents these are, by an id that the archive keeps; the first one who says so has them.

        Raises:
            StoreUnreachable: it does not answer.
            StoreOutdated: they belong to another archive.
        """
        with translated(self._where):
            there = self._database.get_collection(OWNER, write_concern=DURABLE)
            with suppress(DuplicateKeyError):  # somebody else was faster
                there.update_one({"_id": OWNER}, {"$setOnInsert": {"archive": archive}}, upsert=True)
            found = there.find_one({"_id": OWNER})
        if found is None or found["archive"] != archive:
            remedy = "give this archive a name of its own in AIMA_STORES__NAMESPACE"
            raise StoreOutdated(f"{self._where}: {self._database.name} belongs to another archive", remedy)

    def replace(self, collection: Collection, group: str, documents: Sequence[Document], version: int) -> None:
        """The documents of this group become exactly these; nothing is done if a newer one of it stands.

        Durable on return.
        """
        with translated(self._where):
            there = self._durable(collection)
            found = there.find({"group": group}, {"version": 1})
            stored = {row["_id"]: row["version"] for row in found}
            if any(other > version for other in stored.values()):
                return
            failpoint("documents.before")
            if documents:
                _write(there, [_stored(document, group, version) for document in documents], version)
            failpoint("documents.half")
            stale = sorted(stored.keys() - {document.id for document in documents})
            if stale:
                there.delete_many({"_id": {"$in": stale}, "version": {"$lte": version}})
        failpoint("documents.written")

    def get(self, collection: Collection, id: str) -> Stored | None:
        """Body of a document with `version`, or None."""
        with translated(self._where):
            found = self._database[collection].find_one({"_id": id})
        return _body(found) if found else None

    def of(self, collection: Collection, group: str) -> list[Stored]:
        """Bodies of a group with `version`, sorted by id."""
        with translated(self._where):
            return [_body(found) for found in self._database[collection].find({"group": group}).sort("_id")]

    def stamps(self, collection: Collection) -> Iterator[DocumentStamp]:
        """Every document, in any order."""
        wanted = {"group": 1, "version": 1, "digest": 1}
        with translated(self._where):
            for row in self._database[collection].find({}, wanted):
                yield DocumentStamp(row["_id"], row["group"], row["version"], row["digest"])

    def drop(self, collection: Collection) -> None:
        """Remove a collection with everything in it; `prepare` makes it anew."""
        self._drop(collection)

    def drop_all(self) -> None:
        """Remove everything that belongs to this archive, logs too."""
        for name in (*COLLECTIONS, LOGS, OWNER):
            self._drop(name)

    def log(self, lines: Sequence[Mapping[str, Any]]) -> None:
        """Append to system_logs: unacknowledged, bounded, never a source."""
        if not lines:
            return
        with translated(self._where):
            there = self._database.get_collection(LOGS, write_concern=UNACKNOWLEDGED)
            there.insert_many([dict(line) for line in lines], ordered=False)

    def logs(self, limit: int, level: str | None = None, **related: str) -> list[Stored]:
        """The newest log lines, newest first, of this level and these related ids, whole or the beginning of one."""
        wanted: Stored = {f"related_ids.{name}": {"$gte": b, "$lt": b + LAST_LETTER} for name, b in related.items()}
        if level is not None:
            wanted["level"] = level
        with translated(self._where):
            found = self._database[LOGS].find(wanted, {"_id": 0}).sort(NEWEST_FIRST).limit(limit)
            return list(found)

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def _drop(self, name: str) -> None:
        """Empty a collection little by little first: a server may hold everybody up while it drops a full one."""
        there = self._database[name]
        with translated(self._where):
            while some := [row["_id"] for row in there.find({}, {"_id": 1}).limit(DROP_BATCH)]:
                there.delete_many({"_id": {"$in": some}})
            there.drop()

    def _durable(self, collection: Collection) -> driver.Collection[Stored]:
        return self._database.get_collection(collection, write_concern=DURABLE)


def _write(there: driver.Collection[Stored], documents: Sequence[Stored], version: int) -> None:
    """Upsert where no newer version stands: there the filter finds nothing and the id is taken already."""
    writes = [
        ReplaceOne({"_id": document["_id"], "version": {"$lte": version}}, document, upsert=True)
        for document in documents
    ]
    try:
        there.bulk_write(writes, ordered=False)
    except BulkWriteError as error:
        details = error.details or {}
        if details.get("writeConcernErrors") or any(one["code"] != DUPLICATE for one in details["writeErrors"]):
            raise


def _stored(document: Document, group: str, version: int) -> Stored:
    return {"_id": document.id, "group": group, "version": version, "digest": document.digest, **document.body}


def _body(found: Stored) -> Stored:
    return {name: value for name, value in found.items() if name not in OURS}
