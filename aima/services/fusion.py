"""Fusion of the archive: from observations to tracks, clusters and the ledger, without decoding anything."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from aima.domain.fusion import FusionRun
from aima.domain.job import Job
from aima.domain.observation import KEY_COLUMNS, ObservationKey, Receipt
from aima.domain.track import Cluster, Track
from aima.errors import ArchiveDamaged
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


@dataclass(frozen=True, slots=True)
class Source:
    """Observation keys of one content by analyzer. step_us: distance of its sampled frames."""

    keys: dict[str, ObservationKey]
    step_us: int


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """What was observed in one content, before anything is linked.

    cuts_us: times at which a shot begins, without the start. frames: sampled ones; faces: observed in them.
    """

    content_id: str
    tracks: tuple[Track, ...]
    cuts_us: tuple[int, ...]
    frames: int
    faces: int


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
        self.calibration, self._model_version = calibration, model_version

    def fuse(self, actor: str) -> FusionReport:
        """Rebuild tracks and persons of the archive; writes nothing if the inputs are those of the last run.

        One fusion at a time: an older one never ends after a newer one.

        Raises:
            ArchiveDamaged: observations are missing or damaged; their segment runs again with the next analysis.
        """
        with self._stores.fusion.alone():
            sources = self._sources()
            receipts = self._receipts(sources)
            run = self._run(sources, receipts)
            digest = canonical_hash(run.tracks, run.clusters)
            changed = self._stores.fusion.record(run, digest, actor)
        return FusionReport(changed, len(run.tracks), len(run.clusters), digest)

    def watched(self) -> Iterator[Watched]:
        """Everything that was observed with the current face model, content by content.

        Raises:
            ArchiveDamaged: observations are missing or damaged; their segment runs again with the next analysis.
        """
        sources = self._sources()
        return self._watched(sources, self._receipts(sources))

    def link(self, tracks: Sequence[Track]) -> tuple[Cluster, ...]:
        """Which of these tracks show the same person, if nothing else was known."""
        identity = self._settings.identity
        return link(tracks, self.calibration, identity.join, identity.review)

    def _sources(self) -> dict[str, Source]:
        contents = {m.media_id: m.content_id for m in self._stores.media.all()}
        jobs: dict[str, list[Job]] = defaultdict(list)
        for job in self._stores.jobs.ended():
            jobs[contents[job.media_id]].append(job)
        chosen = {content_id: chosen_steps(own, self._model_version) for content_id, own in sorted(jobs.items())}
        return {content_id: _source(content_id, steps) for content_id, steps in chosen.items() if steps}

    def _receipts(self, sources: Mapping[str, Source]) -> dict[ObservationKey, list[Receipt]]:
        wanted = {key for source in sources.values() for key in source.keys.values()}
        found: dict[ObservationKey, list[Receipt]] = {}
        for receipt in self._stores.observations.receipts():
            if receipt.key in wanted:
                found.setdefault(receipt.key, []).append(receipt)
        return found

    def _run(self, sources: Mapping[str, Source], receipts: Mapping[ObservationKey, list[Receipt]]) -> FusionRun:
        tracks = [track for watched in self._watched(sources, receipts) for track in watched.tracks]
        tracks.sort(key=lambda t: (t.content_id, t.start_us, t.track_id))
        identity = self._settings.identity
        return FusionRun(
            tuple(tracks),
            self.link(tracks),
            _input_hash(r for group in receipts.values() for r in group),
            {name: key.model_version for source in sources.values() for name, key in source.keys.items()},
            {"join": identity.join, "review": identity.review},
        )

    def _watched(
        self, sources: Mapping[str, Source], receipts: Mapping[ObservationKey, list[Receipt]]
    ) -> Iterator[Watched]:
        for content_id, source in sources.items():
            tables = {name: self._table(receipts[key]) for name, key in source.keys.items() if key in receipts}
            yield _watch(content_id, tables, source.step_us, self.calibration)

    def _table(self, receipts: Iterable[Receipt]) -> pa.Table:
        return pa.concat_tables([self._read(r) for r in sorted(receipts, key=lambda r: r.segment_no)])

    def _read(self, receipt: Receipt) -> pa.Table:
        try:
            return read_observations(self._archive, receipt.path, receipt.sha256)
        except ArchiveDamaged:
            self._stores.observations.forget(receipt)
            raise


def chosen_steps(jobs: Sequence[Job], model_version: str) -> Steps:
    """The newest analyzers of a content that fit together, or nothing without vectors of this model.

    The newest finished job with vectors counts, else the newest that failed. Other analyzers come from the newest job
    that ran them on the same faces; cuts know no faces.
    """
    newest = sorted(jobs, key=lambda job: job.state == "done")  # stable: finished ones last, in order of time
    based = [
        j.analyzers for j in newest if j.analyzers.get(EMBEDDER, {}).get("model_version", "").startswith(model_version)
    ]
    based = [analyzers for analyzers in based if EMBEDDER in analyzers]
    if not based:
        return {}
    steps = dict(based[-1])
    for analyzers in (job.analyzers for job in newest):
        same_faces = analyzers.get(DETECTOR) == steps[DETECTOR]
        further = (n for n in ALONGSIDE if n in analyzers and n != EMBEDDER and (same_faces or n == CUTS))
        steps |= {name: analyzers[name] for name in further}
    return steps


def _source(content_id: str, steps: Steps) -> Source:
    keys = {
        name: ObservationKey(content_id, name, step["model_version"], step["digest"])
        for name, step in steps.items()
        if name in ALONGSIDE
    }
    return Source(keys, steps[DETECTOR]["step_us"])


def _watch(content_id: str, tables: Mapping[str, pa.Table], step_us: int, calibration: Calibration) -> Watched:
    cuts = shots(tables[CUTS]) if CUTS in tables else []
    if not {DETECTOR, EMBEDDER} <= set(tables):
        return Watched(content_id, (), tuple(cuts), 0, 0)
    faces = _side_by_side(*(tables[n] for n in (DETECTOR, EMBEDDER, EMOTION) if n in tables))
    tracks = build_tracks(content_id, faces, cuts, step_us, calibration)
    observed = pc.sum(pc.list_value_length(faces["faces"])).as_py()
    return Watched(content_id, tuple(tracks), tuple(cuts), faces.num_rows, observed or 0)


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
