"""Dossiers as they are read: from the documents, or from the truth where these have none yet or do not answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from aima.domain.person import Person
from aima.domain.text import display
from aima.errors import PersonUnknown, StackDown, StoreUnreachable
from aima.services.digests import made
from aima.services.dossier_building import dossier_body, gather
from aima.services.naming import find_person
from aima.stores.documents import DocumentStore
from aima.stores.ports import Stores

CONSUMER = "documents"


@dataclass(frozen=True, slots=True)
class Dossier:
    """What is known of a person.

    body: as in `dossier_building`, times in seconds. digest: of the body without wall clock times. source: where it was
    read. as_of_seq: change up to which it follows the truth. behind: changes after that, of whatever. remark: why the
    truth was asked. filenames, labels: of the media and of the other persons in it, by id, as they are called now.
    """

    person: Person
    body: Mapping[str, Any]
    digest: str
    source: Literal["documents", "truth"]
    as_of_seq: int
    behind: int
    remark: str | None
    filenames: Mapping[str, str]
    labels: Mapping[str, str]

    def name_of(self, media_id: str) -> str:
        """What a medium is called, made visible; the beginning of its id if it is gone."""
        return display(self.filenames.get(media_id, media_id[:8]))

    def label_of(self, person_id: str) -> str:
        """What another person is called; the beginning of the id if there is none."""
        return self.labels.get(person_id, person_id[:8])


class DossierService:
    """Reads dossiers. `open_documents` gives the document store; it may raise StackDown."""

    def __init__(self, stores: Stores, open_documents: Callable[[], DocumentStore]) -> None:
        self._stores, self._open_documents = stores, open_documents

    def dossier(self, who: str) -> Dossier:
        """Everything about a person, named by id, beginning of an id, name or "Unknown n".

        Raises:
            PersonUnknown, PersonError: nobody or several are meant.
        """
        person = find_person(self._stores.persons.all(), who)
        applied = self._stores.outbox.cursors().get(CONSUMER, 0)
        head = self._stores.outbox.head()
        body, remark = self._stored(person)
        if body is not None:
            return self._view(person, body, "documents", applied, head, remark)
        return self._view(person, self._built(person), "truth", head, head, remark)

    def _stored(self, person: Person) -> tuple[dict[str, Any] | None, str | None]:
        """The document, or None and why there is none."""
        try:
            found = self._open_documents().get("person_dossiers", person.person_id)
        except (StackDown, StoreUnreachable) as error:
            return None, error.message
        if found is None:
            return None, f"the documents have no dossier of {person.label} yet"
        if found.pop("version") > self._stores.outbox.head():
            return None, "the documents are of a later state of the database (run: aima rebuild documents)"
        return found, None

    def _built(self, person: Person) -> dict[str, Any]:
        known = gather(self._stores, [person.person_id])
        if not known:
            raise PersonUnknown(f"nothing of {person.label} is left", "see: aima persons list")
        return dossier_body(known[0])

    def _view(
        self,
        person: Person,
        body: dict[str, Any],
        source: Literal["documents", "truth"],
        seq: int,
        head: int,
        remark: str | None,
    ) -> Dossier:
        media = [part["media_id"] for part in body["appearances"]]
        others = [relation["person_id"] for relation in body["relationships"]]
        return Dossier(
            person=person,
            body=body,
            digest=made(person.person_id, body).digest,
            source=source,
            as_of_seq=seq,
            behind=head - seq,
            remark=remark,
            filenames={medium.media_id: medium.filename for medium in self._stores.media.of(media)},
            labels={other.person_id: other.label for other in self._stores.persons.of(others)},
        )
