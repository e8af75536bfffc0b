"""Carries what is known of media and persons into the document store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from aima.domain.outbox import Change, Topic
from aima.errors import AimaError, StoreUnreachable
from aima.services.dossier_building import dossier_body, gather
from aima.services.projections.base import Entry
from aima.services.projections.made import made
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
        self._is_prepared = False

    @property
    def where(self) -> str:
        """Name and address of its server for messages, for example "documents at 127.0.0.1:27017"."""
        return self._documents.where

    def apply(self, changes: Sequence[Change]) -> Mapping[Change, AimaError]:
        """Replace the documents of these media and persons by what the truth says of them now.

        Raises:
            StoreUnreachable: documents or truth do not answer.
            StoreOutdated: the server is too old.
        """
        self._prepare()
        failed: dict[Change, AimaError] = {}
        for collection, topic in TOPICS.items():
            wanted = sorted((c for c in changes if c.topic == topic), key=lambda c: c.seq)
            refused = self._replace(collection, {change.key: change.seq for change in wanted})
            failed |= {change: refused[change.key] for change in wanted if change.key in refused}
        return failed

    def expected(self) -> Iterator[Entry]:
        """What the truth says should be there, in any order."""
        keys: dict[Collection, list[str]] = {
            "analysis_results": [medium.media_id for medium in self._stores.media.all()],
            "person_dossiers": [person.person_id for person in self._stores.persons.all()],
        }
        for collection, topic in TOPICS.items():
            for key, group in self._groups(collection, keys[collection]):
                for document in group:
                    yield Entry(collection, document.id, document.digest, topic, key)

    def present(self) -> Iterator[Entry]:
        """What is there, in any order.

        Raises:
            StoreUnreachable: the documents do not answer.
        """
        for collection in COLLECTIONS:
            for stamp in self._documents.stamps(collection):
                yield Entry(collection, stamp.id, stamp.digest, TOPICS[collection], stamp.group)

    def clear(self) -> None:
        """Remove every result and dossier, so that they can be made anew.

        Raises:
            StoreUnreachable: the documents do not answer.
        """
        for collection in COLLECTIONS:
            self._documents.drop(collection)
        self._documents.prepare()

    def _prepare(self) -> None:
        if not self._is_prepared:
            self._documents.prepare()
            self._is_prepared = True

    def _replace(self, collection: Collection, versions: Mapping[str, int]) -> dict[str, AimaError]:
        """Replace groups, each with its version; gives the keys whose documents were refused, and why."""
        refused: dict[str, AimaError] = {}
        for key, group in self._groups(collection, list(versions)):
            try:
                self._documents.replace(collection, key, group, versions[key])
            except StoreUnreachable:
                raise
            except AimaError as error:
                refused[key] = error
        return refused

    def _groups(self, collection: Collection, keys: Sequence[str]) -> Iterator[tuple[str, Sequence[Document]]]:
        """Documents by key, also where there are none."""
        for start in range(0, len(keys), BATCH[collection]):
            some = keys[start : start + BATCH[collection]]
            if collection == "analysis_results":
                yield from medium_documents(self._stores, some, self._documents.size).items()
            else:
                yield from self._dossiers(some).items()

    def _dossiers(self, person_ids: Sequence[str]) -> dict[str, list[Document]]:
        found: dict[str, list[Document]] = {person_id: [] for person_id in person_ids}
        for known in gather(self._stores, person_ids):
            person_id = known.person.person_id
            found[person_id].append(made(person_id, dossier_body(known)))
        return found
