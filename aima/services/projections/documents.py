"""Carries what is known of media and persons into the document store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from aima.domain.outbox import Change, Topic
from aima.errors import AimaError, DocumentRefused
from aima.services.digests import made
from aima.services.dossier_building import dossier_body, gather
from aima.services.projections.base import Entry, digest_of
from aima.services.results import medium_documents
from aima.stores.documents import COLLECTIONS, Collection, Document, DocumentStore
from aima.stores.ports import Stores

TOPICS: Final[dict[Collection, Topic]] = {"analysis_results": "medium", "person_dossiers": "person"}

BATCH: Final[dict[Collection, int]] = {"analysis_results": 20, "person_dossiers": 100}
"""How many keys are read from the truth at once."""


class DocumentProjection:
    """`Projection` into documents: topic medium becomes analysis_results, topic person becomes person_dossiers."""

    name = "documents"
    topics = frozenset(TOPICS.values())

    def __init__(self, stores: Stores, documents: DocumentStore) -> None:
        self._stores, self._documents = stores, documents
        self._is_prepared = self._is_claimed = False

    @property
    def where(self) -> str:
        """Name and address of its server for messages, for example "documents at 127.0.0.1:27017"."""
        return self._documents.where

    def apply(self, changes: Sequence[Change]) -> Mapping[Change, AimaError]:
        """Replace the documents of these media and persons by what the truth says of them now.

        Raises:
            StoreUnreachable: documents or truth do not answer.
            StoreOutdated: the server is too old, or the documents belong to another archive.
        """
        self._prepare()
        failed: dict[Change, AimaError] = {}
        for collection, topic in TOPICS.items():
            wanted = sorted((c for c in changes if c.topic == topic), key=lambda c: c.seq)
            refused = self._replace(collection, {change.key: change.seq for change in wanted})
            failed |= {change: refused[change.key] for change in wanted if change.key in refused}
        return failed

    def expected(self) -> Iterator[Entry]:
        """What the truth says should be there, in any order.

        Of a key whose documents cannot be stored an entry that nothing equals: it is missing, and can be announced.
        """
        keys: dict[Collection, list[str]] = {
            "analysis_results": [medium.media_id for medium in self._stores.media.all()],
            "person_dossiers": [person.person_id for person in self._stores.persons.all()],
        }
        for collection, topic in TOPICS.items():
            for some in _batches(keys[collection], BATCH[collection]):
                groups, refused = self._storable(collection, some)
                for key, group in groups.items():
                    yield from (Entry(collection, one.id, one.digest, topic, key) for one in group)
                yield from (Entry(collection, key, "", topic, key) for key in refused)

    def present(self) -> Iterator[Entry]:
        """What is there, in any order.

        Raises:
            StoreUnreachable: the documents do not answer.
            StoreOutdated: they belong to another archive.
        """
        self._prepare()
        for collection in COLLECTIONS:
            stamps = list(self._documents.stamps(collection))
            head = self._stores.outbox.head()  # asked later: what is written meanwhile is not ahead of it
            for stamp in stamps:
                yield Entry(collection, stamp.id, digest_of(stamp, head), TOPICS[collection], stamp.group)

    def clear(self) -> None:
        """Remove every result and dossier, so that they can be made anew.

        Raises:
            StoreUnreachable: the documents do not answer.
            StoreOutdated: they belong to another archive.
        """
        self._prepare()
        for collection in COLLECTIONS:
            self._documents.drop(collection)
            self._documents.prepare()

    def _prepare(self) -> None:
        """Before the first use: collections as they should be, and nobody else's. No event yet: nobody's."""
        if not self._is_prepared:
            self._documents.prepare()
            self._is_prepared = True
        if not self._is_claimed and (origin := self._stores.ledger.origin()):
            self._documents.claim(origin)
            self._is_claimed = True

    def _replace(self, collection: Collection, versions: Mapping[str, int]) -> dict[str, AimaError]:
        """Replace groups, each with its version; gives the keys that could not be, and why."""
        refused: dict[str, AimaError] = {}
        for some in _batches(sorted(versions), BATCH[collection]):
            groups, unfit = self._storable(collection, some)
            refused |= unfit
            for key, group in groups.items():
                refused |= self._write(collection, key, group, versions[key])
        return refused

    def _write(self, collection: Collection, key: str, group: Sequence[Document], version: int) -> dict[str, AimaError]:
        try:
            self._documents.replace(collection, key, group, version)
        except DocumentRefused as error:
            return {key: error}
        return {}

    def _storable(
        self, collection: Collection, keys: Sequence[str]
    ) -> tuple[dict[str, list[Document]], dict[str, AimaError]]:
        """Documents by key, and why there are none of some: one bad key is looked for one by one."""
        try:
            return self._groups(collection, keys), {}
        except DocumentRefused as error:
            if len(keys) == 1:
                return {}, {keys[0]: error}
        parts = [self._storable(collection, [key]) for key in keys]
        groups = {key: group for good, _ in parts for key, group in good.items()}
        return groups, {key: why for _, bad in parts for key, why in bad.items()}

    def _groups(self, collection: Collection, keys: Sequence[str]) -> dict[str, list[Document]]:
        """Documents by key; an empty group where there are none."""
        if collection == "analysis_results":
            return medium_documents(self._stores, keys, self._documents.size)
        return self._dossiers(keys)

    def _dossiers(self, person_ids: Sequence[str]) -> dict[str, list[Document]]:
        found: dict[str, list[Document]] = {person_id: [] for person_id in person_ids}
        for known in gather(self._stores, person_ids):
            person_id = known.person.person_id
            found[person_id].append(made(person_id, dossier_body(known)))
        return found


def _batches(keys: Sequence[str], most: int) -> Iterator[Sequence[str]]:
    return (keys[start : start + most] for start in range(0, len(keys), most))
