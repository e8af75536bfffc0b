"""Dossiers: everything that the truth says of a person, as one document. The same truth gives the same document.

Names of persons and media are not in it: answers join them, so that a renaming leaves no trace here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from aima.domain.clock import seconds
from aima.domain.person import Person, TrackRecord
from aima.domain.track import Appearance
from aima.fusion.emotions import expression_of
from aima.services.dossier_relations import Relation, relations
from aima.services.results import Item, expression_item, track_item, whole_milliseconds
from aima.stores.ports import Stores

MAX_MOMENTS, MAX_TRACKS, MAX_RELATIONS, MAX_SHARED = 4_000, 2_500, 500, 50
"""Bounds that keep a dossier below the size of a document: the longest, best and closest are kept."""

MISSING: Final = {
    "actions": "no model of this profile recognises actions",
    "speech": "speakers are not joined with persons; aima transcript says what is said in a medium",
    "clothing": "no model of this profile recognises clothing",
    "restraints": "no model of this profile recognises restraints",
    "summary": "no model of this profile writes summaries",
}


@dataclass(frozen=True, slots=True)
class Known:
    """What the truth says of a person.

    appearances, tracks: the person's own, by medium and content in order of time. everybody: appearances of all who
    are seen in the same media. newest: when a job on one of these media ended last.
    """

    person: Person
    appearances: Sequence[Appearance]
    tracks: Sequence[TrackRecord]
    everybody: Sequence[Appearance]
    newest: datetime | None


def gather(stores: Stores, person_ids: Collection[str]) -> list[Known]:
    """What the truth says of those of these persons of whom anything is there, in a handful of queries."""
    people = [person for person in stores.persons.of(person_ids) if person.state == "active"]
    ids = [person.person_id for person in people]
    own = _grouped(stores.persons.appearances_of(ids))
    tracks: dict[str, list[TrackRecord]] = defaultdict(list)
    for track in stores.persons.tracks_of(ids):
        tracks[str(track.person_id)].append(track)
    media = {appearance.media_id for group in own.values() for appearance in group}
    there: dict[str, list[Appearance]] = defaultdict(list)
    for appearance in stores.persons.appearances_in(media):
        there[appearance.media_id].append(appearance)
    ended = {media_id: job.completed_at for media_id, job in stores.jobs.newest_ended(media).items()}
    return [_known(person, own[person.person_id], tracks[person.person_id], there, ended) for person in people]


def dossier_body(known: Known) -> Item:
    """The dossier. Times in seconds, probabilities 0..1, log-odds natural."""
    tracks = sorted(known.tracks, key=lambda t: (-t.quality, t.track_id))[:MAX_TRACKS]
    moments = sorted(known.appearances, key=_longest)[:MAX_MOMENTS]
    moods = _moods(moments, {track.track_id: track for track in tracks})
    related = relations(known.appearances, known.everybody)
    mean = expression_of((track.expression, track.samples) for track in known.tracks)
    return {
        "person_id": known.person.person_id,
        "totals": _totals(known),
        "appearances": list(_appearances(moments, moods[:MAX_TRACKS])),
        "expression": expression_item(None if mean is None else mean.tolist()),
        "attributes": {name: missing(name) for name in ("clothing", "restraints")},
        "relationships": [_relation(relation) for relation in related[:MAX_RELATIONS]],
        "evidence": {
            "picture": known.person.picture_path,
            "tracks": [_evidence(track) for track in sorted(tracks, key=_by_place)],
        },
        "summary": missing("summary"),
        "left_out": {
            "appearances": len(known.appearances) - len(moments),
            "tracks": len(known.tracks) - len(tracks),
            "relationships": max(len(related) - MAX_RELATIONS, 0),
            "emotions": max(len(moods) - MAX_TRACKS, 0),
        },
        "last_updated": known.newest,
    }


def missing(field: str) -> Item:
    """A field that no model of the profile gives, with the reason."""
    return {"state": "not_available", "reason": MISSING[field]}


def _known(
    person: Person,
    appearances: Sequence[Appearance],
    tracks: Sequence[TrackRecord],
    there: Mapping[str, Sequence[Appearance]],
    ended: Mapping[str, datetime],
) -> Known:
    media = sorted({appearance.media_id for appearance in appearances})
    everybody = [other for media_id in media for other in there.get(media_id, ())]
    newest = max((ended[media_id] for media_id in media if media_id in ended), default=None)
    return Known(person, appearances, tracks, everybody, None if newest is None else whole_milliseconds(newest))


def _moods(moments: Iterable[Appearance], tracks: Mapping[str, TrackRecord]) -> list[tuple[str, TrackRecord]]:
    """Tracks with an expression by medium, those of the longest moments first: of every copy of a file once more."""
    seen = ((moment.media_id, tracks[one]) for moment in moments for one in moment.track_ids if one in tracks)
    return [(media_id, track) for media_id, track in seen if track.expression is not None]


def _appearances(moments: Iterable[Appearance], moods: Iterable[tuple[str, TrackRecord]]) -> Iterator[Item]:
    """What is known of a person, medium by medium."""
    felt: dict[str, list[TrackRecord]] = defaultdict(list)
    for media_id, track in moods:
        felt[media_id].append(track)
    ordered = sorted(moments, key=lambda a: (a.media_id, a.start_us))
    for media_id, group in groupby(ordered, key=lambda a: a.media_id):
        seen = list(group)
        yield {
            "media_id": media_id,
            "seconds": seconds(sum(moment.end_us - moment.start_us for moment in seen)),
            "timestamps": [_moment(moment) for moment in seen],
            "emotions": [_emotion(track) for track in sorted(felt[media_id], key=_by_place)],
            "actions": missing("actions"),
            "speech": missing("speech"),
        }


def _moment(appearance: Appearance) -> Item:
    return {
        "start": seconds(appearance.start_us),
        "end": seconds(appearance.end_us),
        "confidence": appearance.confidence,
        "source": appearance.source,
    }


def _emotion(track: TrackRecord) -> Item:
    span = {"start": seconds(track.locator.start_us), "end": seconds(track.locator.end_us)}
    return span | (expression_item(track.expression) or {})


def _evidence(track: TrackRecord) -> Item:
    item = track_item(track) | {"content_id": track.locator.content_id}
    return {name: value for name, value in item.items() if name not in {"person_id", "expression", "box"}}


def _relation(relation: Relation) -> Item:
    return {
        "person_id": relation.person_id,
        "media": list(relation.media[:MAX_SHARED]),
        "media_count": len(relation.media),
        "seconds_together": seconds(relation.together_us),
    }


def _totals(known: Known) -> Item:
    return {
        "media": len({appearance.media_id for appearance in known.appearances}),
        "appearances": len(known.appearances),
        "seconds": seconds(sum(appearance.end_us - appearance.start_us for appearance in known.appearances)),
    }


def _grouped(appearances: Iterable[Appearance]) -> dict[str, list[Appearance]]:
    groups: dict[str, list[Appearance]] = defaultdict(list)
    for appearance in appearances:
        groups[appearance.person_id].append(appearance)
    return groups


def _longest(appearance: Appearance) -> tuple[int, str, int]:
    return appearance.start_us - appearance.end_us, appearance.media_id, appearance.start_us


def _by_place(track: TrackRecord) -> tuple[str, int, str]:
    return track.locator.content_id, track.locator.start_us, track.track_id
