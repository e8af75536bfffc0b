"""Fusion of the archive: from observations to tracks, clusters and the ledger, without decoding anything."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from aima.domain.fusion import FusionRun
from aima.domain.observation import KEY_COLUMNS, ObservationKey, Receipt
from aima.domain.track import Track
from aima.fusion.canonical import canonical_hash
from aima.fusion.persons import link
from aima.fusion.shots import shots
from aima.fusion.tracks import build_tracks
from aima.models.model import Calibration
from aima.pipeline.write import read_observations
from aima.settings import Settings
from aima.storage.archive import Archive
from aima.stores.ports import Stores

DETECTOR, EMBEDDER, CUTS, EMOTION = "face_detector", "face_embedder", "shot_cuts", "emotion"
NOT_SEEN = ("pts_us", *(n for n in KEY_COLUMNS.names if n != "segment_no"), "problems")
ALONGSIDE = (DETECTOR, EMBEDDER, CUTS, EMOTION)


@dataclass(frozen=True, slots=True)
class FusionReport:
    """What a fusion came to. `changed` is false if nothing was new. `digest`: canonical hash of the result."""

    changed: bool
    tracks: int
    persons: int
    digest: str


Steps = Mapping[str, Mapping[str, Any]]
"""What makes the keys of a job's observations, by analyzer."""
Sources = dict[str, dict[str, ObservationKey]]
"""Observation keys by content and analyzer."""


class FusionService:
    """Fuses everything that was observed with the current face model."""

    def __init__(
        self,
        settings: Settings,
        stores: Stores,
        archive: Archive,
        calibration: Calibration,
        model_version: str,
    ) -> None:
        self._settings, self._stores, self._archive = settings, stores, archive
        self._calibration, self._model_version = calibration, model_version
        self._step_us = round(1_000_000 / settings.media.sample_fps)

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
        steps: dict[str, Steps] = {}
        for job in self._stores.jobs.ended():
            if self._is_current(job.analyzers):
                content_id = contents[job.media_id]
                steps[content_id] = _merged(steps.get(content_id, {}), job.analyzers)
        return {
            content_id: {
                name: ObservationKey(content_id, name, step["model_version"], step["digest"])
                for name, step in analyzers.items()
                if name in ALONGSIDE
            }
            for content_id, analyzers in sorted(steps.items())
            if EMBEDDER in analyzers
        }

    def _is_current(self, analyzers: Steps) -> bool:
        """Vectors of two models are never compared: jobs with another face model are left out."""
        return EMBEDDER not in analyzers or analyzers[EMBEDDER]["model_version"].startswith(self._model_version)

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
        if not {DETECTOR, EMBEDDER} <= set(tables):
            return []
        faces = _side_by_side(*(tables[n] for n in (DETECTOR, EMBEDDER, EMOTION) if n in tables))
        cuts = shots(tables[CUTS]) if CUTS in tables else []
        return build_tracks(content_id, faces, cuts, self._step_us)

    def _table(self, receipts: Iterable[Receipt]) -> pa.Table:
        ordered = sorted(receipts, key=lambda r: r.segment_no)
        return pa.concat_tables([read_observations(self._archive, r.path) for r in ordered])


def _merged(before: Steps, job: Steps) -> Steps:
    """The newest analyzers that fit together: those after the detector were run on the same faces."""
    same_faces = DETECTOR not in job or before.get(DETECTOR) == job[DETECTOR]
    if same_faces:
        return {**before, **job}
    if EMBEDDER in job:
        return {**{name: step for name, step in before.items() if name == CUTS}, **job}
    return before


def _side_by_side(faces: pa.Table, vectors: pa.Table, *further: pa.Table) -> pa.Table:
    """Columns of several analyzers for the frames that the first two have, sorted by time.

    A further table that lacks some of these frames is left out.
    """
    where = [_places(table) for table in (faces, vectors, *further)]
    shared = sorted(set(where[0]) & set(where[1]))
    columns: dict[str, Any] = {"pts_us": pa.array(shared, pa.int64())}
    for table, places in zip((faces, vectors, *further), where, strict=True):
        if set(shared) <= set(places):
            rows = table.take([places[pts] for pts in shared])
            columns |= {name: rows[name] for name in table.column_names if name not in NOT_SEEN}
    return pa.table(columns)


def _places(table: pa.Table) -> dict[int, int]:
    return {pts: index for index, pts in enumerate(table["pts_us"].to_pylist())}


def _input_hash(receipts: Iterable[Receipt]) -> str:
    parts = sorted(
        (r.key.content_id, r.key.analyzer, r.key.model_version, r.key.options_hash, r.segment_no, r.sha256)
        for r in receipts
    )
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
