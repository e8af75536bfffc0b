"""Fusion of the archive: from observations to tracks, clusters and the ledger, without decoding anything.

Faces are linked first; then voices are given to persons who are seen, or found persons of their own.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from aima.domain.fusion import FusionRun
from aima.domain.observation import KEY_COLUMNS, ObservationKey, Receipt
from aima.domain.speech import Hearing
from aima.domain.track import Cluster, Track
from aima.fusion import association
from aima.fusion.canonical import canonical_hash
from aima.fusion.lips import Tally
from aima.fusion.persons import link
from aima.fusion.shots import shots
from aima.fusion.tracks import build_tracks
from aima.fusion.voices import Likeness
from aima.models.model import Calibration
from aima.services.sources import CUTS, DETECTOR, EMBEDDER, EMOTION, NOBODY, Ending, Source, SourceService, Tables
from aima.services.voices import VoiceReader, VoiceSources, voices_of
from aima.settings import Settings
from aima.storage.archive import Archive
from aima.stores.ports import Stores

NOT_SEEN = ("pts_us", *(n for n in KEY_COLUMNS.names if n != "segment_no"), "problems")


@dataclass(frozen=True, slots=True)
class FusionReport:
    """What a fusion came to. `changed` is false if nothing was new. tracks: of faces. digest: its canonical hash."""

    changed: bool
    tracks: int
    persons: int
    digest: str


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


@dataclass(frozen=True, slots=True)
class _Given:
    """What a run is made of: of faces, with their markers, and of voices."""

    sources: Mapping[str, Source]
    receipts: Mapping[ObservationKey, list[Receipt]]
    voices: VoiceSources


class FusionService:
    """Fuses everything that was observed with the current face model, and what is heard."""

    def __init__(
        self,
        settings: Settings,
        stores: Stores,
        archive: Archive,
        calibration: Calibration,
        model_version: str,
    ) -> None:
        self._settings, self._stores = settings, stores
        self._observed = Tables(stores.observations, archive)
        self.calibration, self._model_version = calibration, model_version
        self._voices = VoiceReader(settings, stores, self._observed)

    def fuse(self, actor: str, *, ending: Ending = NOBODY, anew: bool = False) -> FusionReport:
        """Rebuild tracks and persons of the archive; reads no observations if they are those of the run that stands.

        One fusion at a time: an older one never ends after a newer one. ending: jobs that count as ended. anew: read
        all observations in any case; writes nothing if they come to the same.

        Raises:
            ArchiveDamaged: observations are missing or damaged; their segment runs again with the next analysis.
        """
        with self._stores.fusion.alone():
            sources = self._sources(ending)
            given = _Given(sources, self._receipts(sources), self._voices.sources(sources, ending))
            facts = self._facts(given)
            if not anew and self._stores.fusion.confirm(**facts):
                return self.standing()
            run, hearings = self._run(given, facts)
            digest = canonical_hash(run.tracks, run.clusters, hearings)
            changed = self._stores.fusion.record(run, digest, actor)
        return FusionReport(changed, len(run.tracks), len(run.clusters), digest)

    def standing(self) -> FusionReport:
        """The run that stands, with whom decisions have made of it."""
        run, tracks = self._stores.persons.run(), self._stores.persons.tracks()
        persons = {track.person_id for track in tracks if track.person_id is not None}
        seen = sum(track.locator.stream == "sight" for track in tracks)
        return FusionReport(False, seen, len(persons), run.digest if run else canonical_hash([], []))

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

    def _sources(self, ending: Ending = NOBODY) -> dict[str, Source]:
        return SourceService(self._stores, ending).faces(self._model_version)

    def _receipts(self, sources: Mapping[str, Source]) -> dict[ObservationKey, list[Receipt]]:
        return self._observed.receipts({key for source in sources.values() for key in source.keys.values()})

    def _facts(self, given: _Given) -> dict[str, Any]:
        """What a run is made of: input_hash, models, thresholds."""
        identity, voices = self._settings.identity, given.voices
        receipts = (r for group in (*given.receipts.values(), *voices.receipts.values()) for r in group)
        models = {name: key.model_version for source in given.sources.values() for name, key in source.keys.items()}
        return {
            "input_hash": _input_hash(receipts, voices.facts),
            "models": voices.models | models,
            "thresholds": {"join": identity.join, "review": identity.review} | self._thresholds(voices),
        }

    def _thresholds(self, voices: VoiceSources) -> dict[str, float]:
        """What decides about voices, where there are any."""
        if not voices.hashes:
            return {}
        known = self._voices.calibrations(voices).items()
        slopes = {f"{model} slope": calibration.slope for model, calibration in known}
        return association.THRESHOLDS | slopes | {f"{model} intercept": one.intercept for model, one in known}

    def _run(self, given: _Given, facts: Mapping[str, Any]) -> tuple[FusionRun, list[Hearing]]:
        """The run, and what is heard."""
        by_content = {watched.content_id: watched.tracks for watched in self._watched(given.sources, given.receipts)}
        tracks = sorted(itertools.chain.from_iterable(by_content.values()), key=_by_time)
        hearings = list(self._voices.hearings(given.voices))
        tallies: dict[tuple[str, int], Tally] = {}
        for hearing in hearings:
            tallies |= self._voices.tallies(given.voices, hearing, by_content.get(hearing.content_id, ()))
        voices = [v for hearing in hearings for v in voices_of(hearing, given.voices.model(hearing.content_id))]
        identity = self._settings.identity
        likeness = Likeness(voices, self._voices.calibrations(given.voices))
        rule = association.Rule(identity.join, identity.join - identity.review)
        clusters = association.associate(self.link(tracks), tracks, voices, tallies, likeness, rule)
        turns = sorted((t for v in voices for t in v.turns), key=lambda t: (t.content_id, t.start_us, t.turn_id))
        return FusionRun(tuple(tracks), clusters, **facts, turns=tuple(turns)), hearings

    def _watched(
        self, sources: Mapping[str, Source], receipts: Mapping[ObservationKey, list[Receipt]]
    ) -> Iterator[Watched]:
        for content_id, source in sources.items():
            tables = {name: self._observed.read(receipts[key]) for name, key in source.keys.items() if key in receipts}
            yield _watch(content_id, tables, source.step_us, self.calibration)


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


def _by_time(track: Track) -> tuple[str, int, str]:
    return track.content_id, track.start_us, track.track_id


def _input_hash(receipts: Iterable[Receipt], heard: Sequence[tuple[str, ...]]) -> str:
    """heard: what is heard was made of; the hash of what is only seen does without."""
    parts: list[tuple[str | int, ...]] = sorted(
        (r.key.content_id, r.key.analyzer, r.key.model_version, r.key.options_hash, r.segment_no, r.sha256)
        for r in receipts
    )
    parts += heard
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
