"""Sightings: shots and findings of every content, kept in step with what was observed.

A sighting says by its `input_hash` what it was made of, so it is made anew when an analyzer has seen more, and only
then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, Protocol

from aima.domain.finding import Sighting
from aima.errors import ArchiveDamaged, ModelError
from aima.fusion.findings import READ, sight
from aima.services.inputs import Inputs, Unmade, lagging, note, present
from aima.services.sources import NOBODY, Ending, SourceService, Tables
from aima.storage.archive import Archive
from aima.stores.ports import Stores
from aima.telemetry.logs import logger

FORM: Final = 1
"""Stands for how findings are made of observations: raise it when that changes, and all of them are made anew."""


class Embedder(Protocol):
    """Gives texts their vectors; `TextService` does."""

    def embed_missing(self, texts: Iterable[str]) -> int:
        """Keep vectors of those that have none yet; says how many these were."""
        ...

    def embed_rest(self) -> int:
        """The same for all texts of findings and utterances."""
        ...


@dataclass(frozen=True, slots=True)
class SightingReport:
    """What a refresh came to: contents that were made anew, their findings, and what went wrong with which."""

    contents: int = 0
    findings: int = 0
    unseen: tuple[Unmade, ...] = ()


class SightingService:
    """Makes sightings of observations."""

    def __init__(self, stores: Stores, archive: Archive, texts: Embedder) -> None:
        self._stores, self._texts = stores, texts
        self._tables = Tables(stores.observations, archive)

    def refresh(self, content_ids: Collection[str] | None = None, ending: Ending = NOBODY) -> SightingReport:
        """Make the sightings of these contents, or of all, anew where their observations have changed.

        ending: jobs that count as ended.

        A content whose observations are damaged keeps its sighting and stops no other; its segment runs again with the
        next analysis. Without a text model findings are kept all the same and get their vectors at a later refresh.

        Raises:
            StoreError: the database does not take them; those before it are kept.
        """
        with self._stores.sightings.alone():  # or what was read before could replace what was read after
            return self._refresh(content_ids, ending)

    def behind(self) -> list[str]:
        """Contents whose sighting is not made of what was observed last, sorted. It is where texts wait for vectors."""
        return lagging(_inputs(self._stores, self._tables, None), self._stores.sightings.input_hashes())

    def _refresh(self, content_ids: Collection[str] | None, ending: Ending) -> SightingReport:
        known = self._stores.sightings.input_hashes()
        found: list[Sighting] = []
        unseen: list[Unmade] = []
        for content_id, inputs in _inputs(self._stores, self._tables, content_ids, ending).items():
            if inputs.made(known.get(content_id)):
                continue
            try:
                sighting, problem = self._make(content_id, inputs)
            except ArchiveDamaged as error:
                unseen.append(note("sightings", content_id, error))
                continue
            unseen += [problem] if problem else []
            if known.get(content_id) != sighting.input_hash:
                self._stores.sightings.record(sighting)
                found.append(sighting)
        self._embed_rest()
        return SightingReport(len(found), sum(len(sighting.findings) for sighting in found), tuple(unseen))

    def _embed_rest(self) -> None:
        """Texts of sightings that stay as they are have no vectors yet where another text model is used now."""
        try:
            self._texts.embed_rest()
        except ModelError as error:
            fields = {"code": error.code, "detail": error.message, "remedy": error.remedy}
            logger("services.sightings").warning("texts without vectors", extra={"fields": fields})

    def _make(self, content_id: str, inputs: Inputs) -> tuple[Sighting, Unmade | None]:
        segments = self._stores.media.segments(content_id)
        watched = {name: self._tables.read(inputs.receipts[origin.key]) for name, origin in inputs.origins.items()}
        end_us = max(segment.end_us for segment in segments if segment.stream == "sight")
        sighting = sight(content_id, inputs.digest(embedded=True), end_us, watched)
        try:
            self._texts.embed_missing(sorted({finding.text for finding in sighting.findings}))
        except ModelError as error:
            bare = Sighting(content_id, inputs.digest(embedded=False), sighting.shots, sighting.findings)
            return bare, note("sightings", content_id, error)
        return sighting, None


def _inputs(
    stores: Stores, tables: Tables, content_ids: Collection[str] | None, ending: Ending = NOBODY
) -> dict[str, Inputs]:
    """What there is to read of each content that was ever watched, sorted by content."""
    sources = SourceService(stores, ending).each(content_ids)
    wanted = {content_id: [(n, o) for n in READ for o in own.get(n, ())] for content_id, own in sources.items()}
    only = next(iter(sources)) if len(sources) == 1 else None
    receipts = tables.receipts({o.key for own in wanted.values() for _, o in own}, only)
    return {
        content_id: Inputs(present(own, receipts), receipts, (FORM,))
        for content_id, own in sorted(wanted.items())
        if own
    }
