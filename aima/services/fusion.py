"""Fusion of the archive: from observations to tracks, clusters and the ledger, without decoding anything."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa

from aima.domain.fusion import FusionRun
from aima.domain.job import Job
from aima.domain.observation import ObservationKey, Receipt
from aima.domain.track import Track
from aima.fusion.canonical import canonical_hash
from aima.fusion.persons import link
from aima.fusion.shots import shots
from aima.fusion.tracks import build_tracks
from aima.models.model import Calibration
from aima.pipeline.write import read_observations
from aima.settings import Settings
from aima.storage.archive import Archive
from aima.stores.ports import FusionStore, JobStore, MediaStore, ObservationStore

EMBEDDER = "face_embedder"
ALONGSIDE = ("face_detector", "face_embedder", "shot_cuts", "emotion")


@dataclass(frozen=True, slots=True)
class FusionReport:
    """What a fusion came to. `changed` is false if nothing was new. `digest`: canonical hash of the result."""

    changed: bool
    tracks: int
    persons: int
    digest: str


class FusionStores(Protocol):
    """The stores that fusion reads and writes."""

    @property
    def media(self) -> MediaStore:
        """Media."""
        ...

    @property
    def jobs(self) -> JobStore:
        """Jobs."""
        ...

    @property
    def observations(self) -> ObservationStore:
        """Markers."""
        ...

    @property
    def fusion(self) -> FusionStore:
        """Fusion runs."""
        ...


Sources = dict[str, dict[str, ObservationKey]]
"""Observation keys by content and analyzer."""


class FusionService:
    """Fuses everything that was observed with the current face model."""

    def __init__(
        self,
        settings: Settings,
        stores: FusionStores,
        archive: Archive,
        calibration: Calibration,
        model_version: str,
    ) -> None:
        self._settings, self._stores, self._archive = settings, stores, archive
        self._calibration, self._model_version = calibration, model_version

    def fuse(self, actor: str) -> FusionReport:
        """Rebuild tracks and persons of the archive; writes nothing if the inputs are those of the last run."""
        sources = self._sources()
        receipts = self._receipts(sources)
        run = self._run(sources, receipts)
        digest = canonical_hash(run.tracks, run.clusters)
        changed = self._stores.fusion.record(run, digest, actor)
        return FusionReport(changed, len(run.tracks), len(run.clusters), digest)

    def _sources(self) -> Sources:
        contents = {m.media_id: m.content_id for m in self._stores.media.all()}
        steps: dict[str, tuple[Job, dict[str, Any]]] = {}
        for job in self._stores.jobs.ended():
            if EMBEDDER in job.analyzers and job.media_id in contents:
                steps[contents[job.media_id]] = (job, job.analyzers)
        return {
            content_id: {
                name: ObservationKey(content_id, name, step["model_version"], step["digest"])
                for name, step in analyzers.items()
                if name in ALONGSIDE
            }
            for content_id, (_, analyzers) in sorted(steps.items())
            if analyzers[EMBEDDER]["model_version"].startswith(self._model_version)
        }

    def _receipts(self, sources: Sources) -> dict[ObservationKey, list[Receipt]]:
        wanted = {key for keys in sources.values() for key in keys.values()}
        found: dict[ObservationKey, list[Receipt]] = {}
        for receipt in self._stores.observations.receipts():
            if receipt.key in wanted:
                found.setdefault(receipt.key, []).append(receipt)
        return found

    def _run(self, sources: Sources, receipts: Mapping[ObservationKey, list[Receipt]]) -> FusionRun:
        tracks: list[Track] = []
        for content_id, keys in sources.items():
            tracks += self._tracks(content_id, {n: receipts.get(key, []) for n, key in keys.items()})
        tracks.sort(key=lambda t: (t.content_id, t.start_us, t.track_id))
        identity = self._settings.identity
        clusters = link(tracks, self._calibration, identity.join, identity.review)
        return FusionRun(
            tuple(tracks),
            clusters,
            _input_hash(r for group in receipts.values() for r in group),
            {name: key.model_version for keys in sources.values() for name, key in keys.items()},
            {"join": identity.join, "review": identity.review},
        )

    def _tracks(self, content_id: str, receipts: Mapping[str, list[Receipt]]) -> list[Track]:
        tables = {name: self._table(group) for name, group in receipts.items() if group}
        if not {"face_detector", EMBEDDER} <= set(tables):
            return []
        faces = _side_by_side([tables[n] for n in ("face_detector", EMBEDDER, "emotion") if n in tables])
        cuts = shots(tables["shot_cuts"]) if "shot_cuts" in tables else []
        step_us = round(1_000_000 / self._settings.media.sample_fps)
        return build_tracks(content_id, faces, cuts, step_us)

    def _table(self, receipts: Iterable[Receipt]) -> pa.Table:
        ordered = sorted(receipts, key=lambda r: r.segment_no)
        return pa.concat_tables([read_observations(self._archive, r.path) for r in ordered])


def _side_by_side(tables: list[pa.Table]) -> pa.Table:
    """Columns of several analyzers for the rows that all of them have, sorted by time."""
    times = [set(table["pts_us"].to_pylist()) for table in tables]
    shared = sorted(set.intersection(*times))
    columns: dict[str, Any] = {"pts_us": pa.array(shared, pa.int64())}
    for table in tables:
        where = {pts: index for index, pts in enumerate(table["pts_us"].to_pylist())}
        rows = table.take([where[pts] for pts in shared])
        own = [n for n in table.column_names if n not in {"pts_us", "content_id", "observation_id", "problems"}]
        columns |= {name: rows[name] for name in own}
    return pa.table(columns)


def _input_hash(receipts: Iterable[Receipt]) -> str:
    parts = sorted(
        (r.key.content_id, r.key.analyzer, r.key.model_version, r.key.options_hash, r.segment_no, r.sha256)
        for r in receipts
    )
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
