"""Sources: which observations of a content count, and their tables."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import pyarrow as pa

from aima.domain.job import Job
from aima.domain.observation import ObservationKey, Receipt
from aima.errors import ArchiveDamaged
from aima.pipeline.write import read_observations
from aima.storage.archive import Archive
from aima.stores.ports import JobStore, ObservationStore, Stores

DETECTOR: Final = "face_detector"
EMBEDDER: Final = "face_embedder"
CUTS: Final = "shot_cuts"
EMOTION: Final = "emotion"
ALONGSIDE: Final = (DETECTOR, EMBEDDER, CUTS, EMOTION)
"""Analyzers whose columns fusion reads."""

TOLD: Final = frozenset({"model_version", "digest", "step_us"})

Steps = Mapping[str, Mapping[str, Any]]
"""What makes the keys of a job's observations, by analyzer."""


@dataclass(frozen=True, slots=True)
class Source:
    """Observation keys of one content by analyzer, that fit together. step_us: distance of its sampled frames."""

    keys: dict[str, ObservationKey]
    step_us: int


@dataclass(frozen=True, slots=True)
class Origin:
    """What an analyzer observed in a content: the key, the distance of the sampled frames, and its options."""

    key: ObservationKey
    step_us: int
    options: Mapping[str, Any]


Ending = Mapping[str, Sequence[Job]]
"""By content, jobs that are about to end, in the state in which they will be."""
NOBODY: Final[Ending] = MappingProxyType({})


class SourceService:
    """Finds the observations that count by the jobs that ended, or are about to. A key may lack some, or all, of its
    segments."""

    def __init__(self, stores: Stores, ending: Ending = NOBODY) -> None:
        self._jobs: JobStore = stores.jobs
        self._ending = ending

    def of(self, content_id: str) -> dict[str, list[Origin]]:
        """What each analyzer observed in a content, newest first; what failed jobs left comes last."""
        return self.each([content_id]).get(content_id, {})

    def each(self, content_ids: Collection[str] | None = None) -> dict[str, dict[str, list[Origin]]]:
        """The same for these contents, or for all, by content; those that were never analysed are not named."""
        found = self._ended(content_ids)
        return {content_id: _origins(content_id, jobs) for content_id, jobs in found.items()}

    def by_job(
        self, names: Collection[str], content_ids: Collection[str] | None = None
    ) -> dict[str, list[dict[str, Origin]]]:
        """What of these analyzers each job observed, in the order of `of`: what is of one job fits together."""
        found = self._ended(content_ids)
        return {
            content_id: [_of_job(content_id, job, names) for job in reversed(_by_weight(jobs))]
            for content_id, jobs in found.items()
        }

    def faces(self, model_version: str, content_ids: Collection[str] | None = None) -> dict[str, Source]:
        """What fusion reads of each content that was analysed with this face model, or is being, sorted by content.

        model_version: as in the catalogue, "name@version", or with the version of the analyzer behind a "+".
        """
        found = self._begun(content_ids)
        chosen = {content_id: chosen_steps(jobs, model_version) for content_id, jobs in sorted(found.items())}
        return {content_id: _source(content_id, steps) for content_id, steps in chosen.items() if steps}

    def face_versions(
        self, model_version: str, content_ids: Collection[str] | None = None
    ) -> dict[str, dict[str, ObservationKey]]:
        """By content, then by version of model and code: the vectors of the faces that fusion reads with one model.

        Those of other models count where they are of the same faces, so that ordinals mean the same.
        """
        found = self._begun(content_ids)
        return {content_id: _same_faces(content_id, jobs, model_version) for content_id, jobs in found.items()}

    def _begun(self, content_ids: Collection[str] | None) -> dict[str, list[Job]]:
        """Jobs that are at work, then those that ended or are about to, by content."""
        at_work = self._jobs.begun_by_content(content_ids).items()
        found = {content_id: [job for job in jobs if _is_told(job)] for content_id, jobs in at_work}
        for content_id, jobs in self._ended(content_ids).items():
            found.setdefault(content_id, []).extend(jobs)
        return found

    def _ended(self, content_ids: Collection[str] | None) -> dict[str, list[Job]]:
        """Jobs that ended or are about to, by content, oldest first."""
        found = self._jobs.ended_by_content(content_ids)
        for content_id, jobs in self._ending.items():
            if content_ids is None or content_id in content_ids:
                found.setdefault(content_id, []).extend(jobs)
        return {content_id: [job for job in jobs if _is_told(job)] for content_id, jobs in found.items()}


class Tables:
    """Reads what was observed."""

    def __init__(self, observations: ObservationStore, archive: Archive) -> None:
        self._observations, self._archive = observations, archive

    def receipts(
        self, keys: Collection[ObservationKey], content_id: str | None = None
    ) -> dict[ObservationKey, list[Receipt]]:
        """Markers of these keys, each sorted by segment no; keys without any are not named.

        content_id: all keys are of this content, which is faster.
        """
        wanted = set(keys)
        found: dict[ObservationKey, list[Receipt]] = {}
        for receipt in self._observations.receipts(content_id):
            if receipt.key in wanted:
                found.setdefault(receipt.key, []).append(receipt)
        return found

    def read(self, receipts: Iterable[Receipt]) -> pa.Table:
        """The rows of one key's segments in their order.

        Raises:
            ArchiveDamaged: a file is missing or damaged; its segment runs again with the next analysis, unless the file
                may come back: it cannot be read just now, or the whole archive is not there.
        """
        return pa.concat_tables([self._read(r) for r in sorted(receipts, key=lambda r: r.segment_no)])

    def _read(self, receipt: Receipt) -> pa.Table:
        try:
            return read_observations(self._archive, receipt.path, receipt.sha256)
        except ArchiveDamaged as error:
            if self._is_lost(error.__cause__):
                self._observations.forget(receipt)
            raise

    def _is_lost(self, cause: BaseException | None) -> bool:
        """Whether a file is gone for good: not if it cannot be read, not if its disk is not mounted."""
        return not isinstance(cause, OSError) or (isinstance(cause, FileNotFoundError) and self._archive.stands())


def chosen_steps(jobs: Sequence[Job], model_version: str) -> Steps:
    """The newest analyzers of a content that fit together, or nothing without vectors of this model.

    The newest finished job with vectors counts, else the newest that failed, else one that is at work. Other analyzers
    come from the newest job that ran them on the same faces; cuts know no faces.
    """
    newest = _by_weight(jobs)
    based = [job.analyzers for job in newest if _is_of(job.analyzers.get(EMBEDDER, {}), model_version)]
    if not based:
        return {}
    steps = dict(based[-1])
    for analyzers in (job.analyzers for job in newest):
        same_faces = analyzers.get(DETECTOR) == steps[DETECTOR]
        further = (n for n in ALONGSIDE if n in analyzers and n != EMBEDDER and (same_faces or n == CUTS))
        steps |= {name: analyzers[name] for name in further}
    return steps


def _is_told(job: Job) -> bool:
    """Whether a job says what makes the keys of its observations; one that does not can have observed nothing."""
    return all(step.keys() >= TOLD for step in job.analyzers.values())


def _by_weight(jobs: Sequence[Job]) -> list[Job]:
    """Those at work first, then failed ones, then finished ones, each in order of time."""
    return sorted(jobs, key=lambda job: ("failed", "done").index(job.state) if job.state in {"failed", "done"} else -1)


def _is_of(step: Mapping[str, Any], model_version: str) -> bool:
    version = step.get("model_version")
    return version is not None and model_version in {version, version.partition("+")[0]}


def _source(content_id: str, steps: Steps) -> Source:
    keys = {name: _key(content_id, name, step) for name, step in steps.items() if name in ALONGSIDE}
    return Source(keys, steps[DETECTOR]["step_us"])


def _same_faces(content_id: str, jobs: Sequence[Job], model_version: str) -> dict[str, ObservationKey]:
    detected = chosen_steps(jobs, model_version).get(DETECTOR)
    found: dict[str, ObservationKey] = {}
    for job in reversed(_by_weight(jobs)):
        step = job.analyzers.get(EMBEDDER)
        if detected is not None and step is not None and job.analyzers.get(DETECTOR) == detected:
            found.setdefault(step["model_version"], _key(content_id, EMBEDDER, step))
    return found


def _origins(content_id: str, jobs: Sequence[Job]) -> dict[str, list[Origin]]:
    found: dict[str, dict[ObservationKey, Origin]] = {}
    for job in reversed(_by_weight(jobs)):
        for name, origin in _of_job(content_id, job, job.analyzers).items():
            found.setdefault(name, {}).setdefault(origin.key, origin)
    return {name: list(origins.values()) for name, origins in found.items()}


def _of_job(content_id: str, job: Job, names: Collection[str]) -> dict[str, Origin]:
    steps = {name: step for name, step in job.analyzers.items() if name in names}
    return {
        name: Origin(_key(content_id, name, step), step["step_us"], step.get("options", {}))
        for name, step in steps.items()
    }


def _key(content_id: str, analyzer: str, step: Mapping[str, Any]) -> ObservationKey:
    return ObservationKey(content_id, analyzer, step["model_version"], step["digest"])
