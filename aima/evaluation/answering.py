"""From what was observed and linked to the answers that scores compare with the labels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from aima.domain.clock import seconds
from aima.domain.media import Medium
from aima.domain.observation import EXPRESSIONS
from aima.domain.person import TrackRecord, appearances_of
from aima.domain.track import Box, Cluster, Track
from aima.evaluation.answers import Answers, Persons, SeenFace
from aima.evaluation.likeness import Table, alike
from aima.evaluation.subject import main_face
from aima.evaluation.truth import Interval, Pair, Truth
from aima.evaluation.workspace import Workspace
from aima.fusion.persons import as_points
from aima.models.model import Calibration
from aima.services.fusion import Watched


@dataclass(frozen=True, slots=True, eq=False)
class _Looked:
    """One content that was looked at. records: its tracks by id, persons as linked with everything else."""

    medium: Medium
    watched: Watched
    records: Mapping[str, TrackRecord]

    @property
    def tracks(self) -> Sequence[Track]:
        return self.watched.tracks

    @property
    def frame(self) -> Box:
        return 0, 0, self.medium.info.width, self.medium.info.height


def answer(
    workspace: Workspace,
    truth: Truth,
    watched: Iterable[Watched],
    media: Mapping[str, Medium],
    failed: Mapping[str, str],
) -> Answers:
    """Answers to all labels of `truth`. media: those that could be looked at, by labelled file.

    failed: reason by file, for the others.
    """
    looked = _looked(workspace, watched, media)
    main = {file: main_face(one.tracks, one.frame) for file, one in looked.items()}
    clips = {name: looked[clip.file] for name, clip in truth.clips.items() if clip.file in looked}
    alone = {name: _named(one, workspace.fusion.link(one.tracks)) for name, one in clips.items()}
    boxed = truth.boxes.keys() & looked.keys()
    pairs = _pairs(truth.pairs, main, workspace.fusion.calibration)
    return Answers(
        pairs=tuple(pair and pair[0] for pair in pairs),
        odds=tuple(pair and pair[1] for pair in pairs),
        identities=_identities(truth, looked, main),
        boxes={file: tuple(track.box for track in looked[file].tracks) for file in sorted(boxed)},
        counts={file: len(looked[file].tracks) for file in truth.counts if file in looked},
        expressions=_expressions(truth, main),
        persons={name: _intervals(records) for name, records in alone.items()},
        together={name: _intervals(one.records.values()) for name, one in clips.items()},
        cuts={name: tuple(seconds(at) for at in one.watched.cuts_us) for name, one in clips.items()},
        seen={file: _seen(one.records.values(), main[file]) for file, one in looked.items()}
        | {clip.file: _seen(alone[name]) for name, clip in truth.clips.items() if name in alone},
        failed=failed,
    )


def _looked(workspace: Workspace, watched: Iterable[Watched], media: Mapping[str, Medium]) -> dict[str, _Looked]:
    """What was looked at, by labelled file; files of the same bytes share it."""
    labels = {person.person_id: person.label for person in workspace.stores.persons.all()}
    records: dict[str, dict[str, TrackRecord]] = defaultdict(dict)
    for record in workspace.stores.persons.tracks():
        if record.locator.stream != "sight":
            continue
        named = replace(record, person_id=labels[record.person_id] if record.person_id else None)
        records[record.locator.content_id][record.track_id] = named
    contents = {one.content_id: one for one in watched}
    return {
        file: _Looked(medium, contents[medium.content_id], records[medium.content_id])
        for file, medium in media.items()
        if medium.content_id in contents
    }


def _pairs(
    pairs: Sequence[Pair], main: Mapping[str, Track | None], calibration: Calibration
) -> list[tuple[float, float] | None]:
    """Cosine and log-odds of the main faces of pairs; None where one was not found or got no vector."""
    points = {file: as_points([face]) for file, face in main.items() if face is not None and face.vector is not None}
    return [
        _only(alike(points[pair.a], points[pair.b], calibration)) if {pair.a, pair.b} <= points.keys() else None
        for pair in pairs
    ]


def _only(tables: tuple[Table, Table]) -> tuple[float, float]:
    cosines, odds = tables
    return float(cosines[0, 0]), float(odds[0, 0])


def _identities(truth: Truth, looked: Mapping[str, _Looked], main: Mapping[str, Track | None]) -> dict[str, str]:
    """The person of the main face of each picture."""
    files = (file for files in truth.identities.values() for file in files)
    faces = ((file, main.get(file)) for file in files)
    persons = ((file, looked[file].records[face.track_id].person_id) for file, face in faces if face is not None)
    return {file: person for file, person in persons if person is not None}


def _expressions(truth: Truth, main: Mapping[str, Track | None]) -> dict[str, str]:
    """The most probable expression of the main face of each picture, however unsure."""
    faces = ((one.file, main.get(one.file)) for one in truth.expressions)
    return {
        file: EXPRESSIONS[int(np.argmax(face.expression))]
        for file, face in faces
        if face is not None and face.expression is not None
    }


def _named(one: _Looked, clusters: Sequence[Cluster]) -> list[TrackRecord]:
    """The tracks of a content with the persons that it shows by itself."""
    persons = {
        track_id: f"Person {number}"
        for number, cluster in enumerate(clusters, start=1)
        for track_id in cluster.track_ids
    }
    return [replace(record, person_id=persons.get(track_id)) for track_id, record in one.records.items()]


def _intervals(records: Iterable[TrackRecord]) -> Persons:
    """When each person is seen, as AIMA shows it: tracks closer than a moment are one appearance."""
    found: dict[str, list[Interval]] = defaultdict(list)
    tracks = list(records)
    contents = {track.locator.content_id: (track.locator.content_id,) for track in tracks}
    for seen in appearances_of(tracks, contents):
        found[seen.person_id].append((seconds(seen.start_us), seconds(seen.end_us)))
    return {person: tuple(intervals) for person, intervals in found.items()}


def _seen(records: Iterable[TrackRecord], main: Track | None = None) -> tuple[SeenFace, ...]:
    """Tracks as evidence, in the order of time. main: the face that a picture is of."""
    ordered = sorted(records, key=lambda record: (record.locator.start_us, record.track_id))
    return tuple(
        SeenFace(
            person=record.person_id,
            start=seconds(record.locator.start_us),
            end=seconds(record.locator.end_us),
            box=record.box,
            score=record.score,
            quality=record.quality,
            picture=record.picture_path,
            main=main is not None and record.track_id == main.track_id,
        )
        for record in ordered
    )
