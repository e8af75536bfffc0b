"""Hearings: who says what when in every content, kept in step with what was observed.

A hearing says by its `input_hash` what it was made of, so it is made anew when an analyzer has heard more, another
model has heard it, or the calibration of voices has changed, and only then.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from aima.domain.media import Segment
from aima.domain.speech import Hearing
from aima.errors import ArchiveDamaged, ModelError
from aima.fusion.hearing import READ, hear
from aima.fusion.windows import TURNS, VECTORS
from aima.models.catalogue import catalogue
from aima.models.model import Calibration
from aima.services.inputs import Inputs, Receipts, Unmade, lagging, note, present
from aima.services.sightings import Embedder
from aima.services.sources import NOBODY, Ending, Origin, SourceService, Tables
from aima.settings import Settings
from aima.storage.archive import Archive
from aima.stores.ports import Stores

FORM: Final = 1
"""Stands for how hearings are made of observations: raise it when that changes, and all of them are made anew."""


@dataclass(frozen=True, slots=True)
class HearingReport:
    """What a refresh came to: contents that were made anew, their speakers and utterances, and what went wrong."""

    contents: int = 0
    speakers: int = 0
    utterances: int = 0
    unheard: tuple[Unmade, ...] = ()


class HearingService:
    """Makes hearings of observations."""

    def __init__(self, settings: Settings, stores: Stores, archive: Archive, texts: Embedder) -> None:
        self._stores, self._texts = stores, texts
        self._read = _Reading(settings, stores, archive)

    def of(self, content_id: str) -> Hearing | None:
        """What is heard of a content as it was made last; None: its sound was never analysed."""
        return self._stores.hearings.get(content_id)

    def counted(self, content_id: str, speakers: int) -> Hearing | None:
        """The same as if exactly so many spoke: made of what was observed, not kept.

        Raises:
            ArchiveDamaged: observations are missing or damaged; their segment runs again with the next analysis.
        """
        inputs = self._read.inputs([content_id]).get(content_id)
        return self._read.hear(content_id, inputs, speakers) if inputs and inputs.origins else None

    def behind(self) -> list[str]:
        """Contents whose hearing is not made of what was observed last, sorted. One whose texts wait for vectors is."""
        return lagging(self._read.inputs(), self._stores.hearings.input_hashes())

    def refresh(self, content_ids: Collection[str] | None = None, ending: Ending = NOBODY) -> HearingReport:
        """Make the hearings of these contents, or of all, anew where their observations have changed.

        ending: jobs that count as ended.

        A content whose observations are damaged keeps its hearing and stops no other; its segment runs again with the
        next analysis. Without a text model hearings are kept all the same; their utterances get vectors at a later
        refresh.

        Raises:
            StoreError: the database does not take them; those before it are kept.
        """
        with self._stores.hearings.alone():  # or what was read before could replace what was read after
            return self._refresh(content_ids, ending)

    def _refresh(self, content_ids: Collection[str] | None, ending: Ending) -> HearingReport:
        known = self._stores.hearings.input_hashes()
        made: list[Hearing] = []
        unheard: list[Unmade] = []
        for content_id, inputs in self._read.inputs(content_ids, ending).items():
            if inputs.made(known.get(content_id)):
                continue
            try:
                hearing, problem = self._make(content_id, inputs)
            except ArchiveDamaged as error:
                unheard.append(note("hearings", content_id, error))
                continue
            unheard += [problem] if problem else []
            if known.get(content_id) != hearing.input_hash:
                self._stores.hearings.record(hearing)
                made.append(hearing)
        return report_of(made, unheard)

    def _make(self, content_id: str, inputs: Inputs) -> tuple[Hearing, Unmade | None]:
        hearing = self._read.hear(content_id, inputs)
        try:
            self._texts.embed_missing(sorted({utterance.text for utterance in hearing.utterances}))
        except ModelError as error:
            return replace(hearing, input_hash=inputs.digest(embedded=False)), note("hearings", content_id, error)
        return hearing, None


def report_of(hearings: Collection[Hearing], unheard: Sequence[Unmade]) -> HearingReport:
    """What these hearings come to."""
    speakers = sum(len(hearing.speakers) for hearing in hearings)
    utterances = sum(len(hearing.utterances) for hearing in hearings)
    return HearingReport(len(hearings), speakers, utterances, tuple(unheard))


class _Reading:
    """Reads what was heard of contents, and fuses it."""

    def __init__(self, settings: Settings, stores: Stores, archive: Archive) -> None:
        self._settings, self._stores = settings, stores
        self._tables = Tables(stores.observations, archive)

    def inputs(self, content_ids: Collection[str] | None = None, ending: Ending = NOBODY) -> dict[str, Inputs]:
        """What there is to read of each content that was ever listened to, sorted by content."""
        sources = SourceService(self._stores, ending)
        jobs = {content_id: own for content_id, own in sources.by_job(READ, content_ids).items() if any(own)}
        keys = {origin.key for own in jobs.values() for origins in own for origin in origins.values()}
        receipts = self._tables.receipts(keys, next(iter(jobs)) if len(jobs) == 1 else None)
        return {content_id: self._inputs(own, receipts) for content_id, own in sorted(jobs.items())}

    def hear(self, content_id: str, inputs: Inputs, speakers: int | None = None) -> Hearing:
        """Raises ArchiveDamaged where a file is missing or damaged."""
        heard = {name: self._tables.read(inputs.receipts[origin.key]) for name, origin in inputs.origins.items()}
        calibration = self._calibration(inputs.origins.get(VECTORS))
        end_us = _end_us(self._stores.media.segments(content_id))
        return hear(content_id, inputs.digest(embedded=True), end_us, heard, calibration, speakers)

    def _inputs(self, jobs: Sequence[dict[str, Origin]], receipts: Receipts) -> Inputs:
        origins = _fitting(jobs, receipts)
        known = self._calibration(origins.get(VECTORS))
        return Inputs(origins, receipts, (FORM, [known.slope, known.intercept] if known else None))

    def _calibration(self, voices: Origin | None) -> Calibration | None:
        """That of the model of the voice vectors; None: there are none, or it has none."""
        entry = catalogue(self._settings).get(voices.key.model_version.partition("@")[0]) if voices else None
        record = entry.calibration if entry else None
        return Calibration(record.slope, record.intercept, record.measured_on) if record else None


def _fitting(jobs: Sequence[dict[str, Origin]], receipts: Receipts) -> dict[str, Origin]:
    """Of each analyzer the newest observations that are there; vectors of voices only with the turns they are of.

    jobs: what each job observed, the one that counts most first.
    """
    newest = present(((name, origin) for own in jobs for name, origin in own.items()), receipts)
    together = (own for own in jobs if all(name in own and own[name].key in receipts for name in (TURNS, VECTORS)))
    chosen = next(together, None)
    apart = {name: origin for name, origin in newest.items() if name != VECTORS}
    return apart if chosen is None else apart | {name: chosen[name] for name in (TURNS, VECTORS)}


def _end_us(segments: Sequence[Segment]) -> int:
    return max(segment.end_us for segment in segments if segment.stream == "sound")
