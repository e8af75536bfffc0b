"""Ports: what AIMA needs of its truth. `bootstrap` picks the adapter."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

import numpy as np
import numpy.typing as npt

from aima.domain.decisions import Decision
from aima.domain.figures import Figures
from aima.domain.finding import Sighting
from aima.domain.fusion import FusionRun
from aima.domain.identity import State
from aima.domain.job import EndedJob, Job, JobState
from aima.domain.kept import Kept
from aima.domain.ledger import Event
from aima.domain.media import Medium, Segment
from aima.domain.metric import Metric, MetricKind
from aima.domain.observation import Crop, ObservationKey, Receipt
from aima.domain.outbox import Outbox
from aima.domain.page import Stretch, Totals
from aima.domain.person import Person, RunRecord, TrackRecord
from aima.domain.speech import Hearing
from aima.domain.switching import ActiveModel
from aima.domain.track import Appearance
from aima.stores.moments import MomentStore
from aima.stores.queue import QueueStore


class MediaStore(Protocol):
    """Media and the segments of their contents."""

    def add(self, medium: Medium, segments: Sequence[Segment]) -> Medium:
        """Insert or, for a known media_id, update name and path.

        A known content keeps its info and segments, unless its info does not tell of its sound: then it gets this info
        and the segments of streams that it has none of.
        """
        ...

    def get(self, media_id: str) -> Medium | None:
        """The medium, or None."""
        ...

    def of(self, media_ids: Collection[str]) -> list[Medium]:
        """These media as far as there are any, sorted by (filename, media_id)."""
        ...

    def all(self) -> list[Medium]:
        """Every medium, sorted by (filename, media_id)."""
        ...

    def segments(self, content_id: str) -> list[Segment]:
        """Segments of a content, sorted by stream and no."""
        ...


class JobStore(Protocol):
    """Jobs and how they ended."""

    def add(self, job: Job) -> None:
        """Insert a job."""
        ...

    def set_state(self, job_id: str, state: JobState, *, code: str | None = None, detail: str | None = None,
                  problems: Sequence[dict[str, object]] = ()) -> None:  # fmt: skip
        """Move a job on; sets started_at or completed_at with it. Who worked on a job that ends is done with it."""
        ...

    def of(self, job_ids: Collection[str]) -> list[Job]:
        """These jobs as far as there are any, oldest first."""
        ...

    def all(self) -> list[Job]:
        """Every job, oldest first."""
        ...

    def of_medium(self, media_id: str) -> list[Job]:
        """Jobs of a medium, newest first."""
        ...

    def ended(self) -> list[Job]:
        """Every job that is done or failed, oldest first (by completed_at, then job_id)."""
        ...

    def ended_by_content(self, content_ids: Collection[str] | None = None) -> dict[str, list[Job]]:
        """The same by content, of these contents or of all."""
        ...

    def begun_by_content(self, content_ids: Collection[str] | None = None) -> dict[str, list[Job]]:
        """Jobs that are running or paused by content, of these contents or of all, oldest first."""
        ...

    def newest_ended(self, media_ids: Collection[str] | None = None) -> dict[str, EndedJob]:
        """The job that ended last of each of these media, or of all, by medium."""
        ...


class ObservationStore(Protocol):
    """Marker rows: what has been observed, and where it lies."""

    def done(
        self, keys: Iterable[ObservationKey], segment_nos: Collection[int] | None = None
    ) -> set[tuple[ObservationKey, int]]:
        """Which (key, segment no) are committed; of these segments only, if they are given."""
        ...

    def commit(self, receipts: Sequence[Receipt]) -> None:
        """Write markers and crops in one transaction; repeating it changes nothing."""
        ...

    def forget(self, receipt: Receipt) -> None:
        """Take a marker back: its segment counts as not observed."""
        ...

    def receipts(self, content_id: str | None = None) -> list[Receipt]:
        """Committed markers, without their crops, sorted by key and segment no."""
        ...

    def crops(self, content_id: str) -> list[Crop]:
        """Kept crops of a content, sorted by (pts_us, ordinal)."""
        ...


Decide = Callable[[State], Decision]
"""Makes a decision of the state that it will be laid on; raises what forbids it."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that was written: its event, and the state before and after it."""

    event: Event
    before: State
    after: State


class LedgerStore(Protocol):
    """Events in order, and who is who by them."""

    def events(self) -> list[Event]:
        """The whole ledger in order."""
        ...

    def origin(self) -> str | None:
        """Id of the first event: two archives never have the same. None before there is one."""
        ...

    def state(self) -> State:
        """The replay of the whole ledger over the run that stands."""
        ...

    def decide(self, decide: Decide, actor: str) -> Decided:
        """Append a decision and carry it into the projection, in one transaction and one at a time.

        Raises:
            DecisionImpossible: it would contradict the evidence; nothing is written.
        """
        ...

    def rebuild(self) -> None:
        """Make the projection anew from the ledger and the run that stands."""
        ...


class FusionStore(Protocol):
    """Fusion runs."""

    def alone(self) -> AbstractContextManager[None]:
        """Nobody else fuses meanwhile; waits for whoever does."""
        ...

    def confirm(self, input_hash: str, models: Mapping[str, str], thresholds: Mapping[str, float]) -> bool:
        """Whether the run that stands was made of this; then the projection follows what media there are now."""
        ...

    def record(self, run: FusionRun, digest: str, actor: str) -> bool:
        """Write a run with its event, its persons and the projection, in one transaction.

        False, and no run is written, if the run that stands came to the same from the same inputs, models and
        thresholds. Clusters keep the persons who were seen there before, also if the last run lacked them; ids and
        numbers are minted for the others.
        """
        ...


class PersonStore(Protocol):
    """The projection: persons, their tracks and appearances."""

    def all(self) -> list[Person]:
        """Every person that ever was, sorted by number."""
        ...

    def tracks(self) -> list[TrackRecord]:
        """Tracks of the run that stands, sorted by (content_id, start_us, track_id)."""
        ...

    def appearances(self) -> list[Appearance]:
        """Appearances of everybody, sorted by (person_id, media_id, start_us)."""
        ...

    def of(self, person_ids: Collection[str]) -> list[Person]:
        """These persons as far as they ever were, sorted by number."""
        ...

    def appearances_of(self, person_ids: Collection[str]) -> list[Appearance]:
        """Appearances of these persons, sorted by (person_id, media_id, start_us)."""
        ...

    def appearances_in(self, media_ids: Collection[str]) -> list[Appearance]:
        """Appearances of everybody in these media, sorted by (person_id, media_id, start_us)."""
        ...

    def tracks_of(self, person_ids: Collection[str]) -> list[TrackRecord]:
        """Tracks of these persons in the run that stands, sorted by (content_id, start_us, track_id)."""
        ...

    def tracks_in(self, content_ids: Collection[str]) -> list[TrackRecord]:
        """Tracks of these contents in the run that stands, whose ever they are, sorted in the same way."""
        ...

    def run(self) -> RunRecord | None:
        """The fusion run that stands."""
        ...

    def digest(self) -> str:
        """Hash of the projection; equals the hash of the ledger's state."""
        ...


Vector = npt.NDArray[np.float32]


class SightingStore(Protocol):
    """What is seen beside faces."""

    def alone(self) -> AbstractContextManager[None]:
        """Nobody else makes sightings meanwhile; waits for whoever does."""
        ...

    def input_hashes(self) -> dict[str, str]:
        """What the sighting of each content was made of."""
        ...

    def record(self, sighting: Sighting) -> None:
        """Replace shots and findings of a content, and announce it, in one transaction."""
        ...

    def get(self, content_id: str) -> Sighting | None:
        """Shots and findings of a content, findings sorted by (start_us, kind, text, finding_id); or None."""
        ...


class HearingStore(Protocol):
    """What is heard: who speaks when, saying what, and what else sounds."""

    def alone(self) -> AbstractContextManager[None]:
        """Nobody else makes hearings meanwhile; waits for whoever does."""
        ...

    def input_hashes(self) -> dict[str, str]:
        """What the hearing of each content was made of."""
        ...

    def record(self, hearing: Hearing) -> None:
        """Replace what is heard of a content, and announce it, in one transaction."""
        ...

    def get(self, content_id: str) -> Hearing | None:
        """What is heard of a content, speakers by number, all else by (start_us, end_us); or None."""
        ...


class TextStore(Protocol):
    """Texts that findings and utterances hold, each once, and their vectors."""

    def all(self, text_ids: Collection[str] | None = None) -> dict[str, str]:
        """Every distinct text of findings and utterances, or these, by text_id."""
        ...

    def without_vector(self, model_version: str, texts: Iterable[str]) -> list[str]:
        """Those of the texts that this model has not seen yet, sorted."""
        ...

    def add_vectors(self, model_version: str, vectors: Mapping[str, Vector]) -> None:
        """Keep vectors by text, float32 [dimension]; known ones stay as they are."""
        ...

    def vectors_of(self, text_ids: Iterable[str]) -> dict[str, dict[str, Vector]]:
        """Vectors of these texts as far as findings or utterances hold them, by text_id, then by model version."""
        ...


class PageStore(Protocol):
    """Appearances page by page: cheap among millions."""

    def of_person(self, person_id: str, limit: int, after: Stretch | None = None) -> list[Stretch]:
        """The next appearances of a person behind `after`, by medium and time."""
        ...

    def totals(self, person_id: str) -> Totals:
        """How much is seen of a person in all."""
        ...

    def of_medium(self, media_id: str) -> list[Stretch]:
        """Appearances of everybody in a medium, sorted by time, then person."""
        ...


class MetricStore(Protocol):
    """Metrics by month."""

    def record(self, metrics: Sequence[Metric]) -> None:
        """Write them in one transaction; repeating it changes nothing."""
        ...

    def since(self, kind: MetricKind, at: datetime) -> list[Metric]:
        """Metrics of a kind from a time on, oldest first."""
        ...

    def drop_before(self, day: date) -> list[str]:
        """Drop the whole months before that of `day`; gives the names of what went."""
        ...


class DashboardStore(Protocol):
    """Figures over the archive that are made now and then."""

    def refreshed_at(self) -> datetime:
        """When the figures were made."""
        ...

    def refresh(self) -> bool:
        """Make the figures anew; readers see the old ones until then. False: somebody else is at it."""
        ...

    def figures(self, persons: int) -> Figures:
        """The figures of one moment, with that many persons and the last month of days."""
        ...


class KeptStore(Protocol):
    """What search keeps of contents."""

    def content_ids(self) -> list[str]:
        """Every content, sorted."""
        ...

    def of(self, content_ids: Collection[str]) -> dict[str, Kept]:
        """What is kept of these contents, those that there are; tracks by time, shots by number."""
        ...


class ActiveModelStore(Protocol):
    """Which models answer, by the switches of the ledger that stand, and what they have seen."""

    def all(self) -> dict[str, ActiveModel]:
        """By task, for the tasks that were switched."""
        ...

    def versions_observed(self, analyzer: str) -> list[str]:
        """Versions of model and code that observations of an analyzer exist of, sorted."""
        ...

    def versions_embedded(self) -> list[str]:
        """Versions of text models that vectors of texts exist of, sorted."""
        ...

    def media_without(self, analyzer: str, model_version: str) -> list[str]:
        """Media of which a segment was observed by other versions of this analyzer, but not by this one, sorted."""
        ...

    def texts_without(self, model_version: str) -> int:
        """How many texts of findings and utterances have no vector of this model."""
        ...


class Stores(Protocol):
    """Everything that services read and write."""

    @property
    def media(self) -> MediaStore:
        """Media and segments."""
        ...

    @property
    def jobs(self) -> JobStore:
        """Jobs."""
        ...

    @property
    def observations(self) -> ObservationStore:
        """Markers and crops."""
        ...

    @property
    def ledger(self) -> LedgerStore:
        """Events and the state they give."""
        ...

    @property
    def fusion(self) -> FusionStore:
        """Fusion runs."""
        ...

    @property
    def persons(self) -> PersonStore:
        """Persons as they are read."""
        ...

    @property
    def sightings(self) -> SightingStore:
        """Shots and findings."""
        ...

    @property
    def hearings(self) -> HearingStore:
        """Speakers, turns, utterances and sounds."""
        ...

    @property
    def texts(self) -> TextStore:
        """Texts and their vectors."""
        ...

    @property
    def kept(self) -> KeptStore:
        """What search keeps of contents."""
        ...

    @property
    def models(self) -> ActiveModelStore:
        """Which models answer."""
        ...

    @property
    def outbox(self) -> Outbox:
        """What has changed."""
        ...

    @property
    def moments(self) -> MomentStore:
        """Narrow reads for search."""
        ...

    @property
    def pages(self) -> PageStore:
        """Appearances page by page."""
        ...

    @property
    def metrics(self) -> MetricStore:
        """Metrics."""
        ...

    @property
    def dashboards(self) -> DashboardStore:
        """Figures."""
        ...

    @property
    def queue(self) -> QueueStore:
        """What waits to be analysed, and who works on it."""
        ...
