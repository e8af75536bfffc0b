"""Dossiers: everything that the truth says of a person, as one document. The same truth gives the same document.

Names of persons and media are not in it: answers join them, so that a renaming leaves no trace here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Final

from aima.domain.clock import seconds
from aima.domain.person import Person, TrackRecord
from aima.domain.speech import Utterance
from aima.domain.track import Appearance, Source
from aima.fusion.emotions import expression_of
from aima.services.dossier_relations import Relation, relations
from aima.services.dossier_speech import Heard, heard_of
from aima.services.results import Item, expression_item, track_item, whole_milliseconds
from aima.stores.ports import Stores

MAX_MOMENTS, MAX_TRACKS, MAX_RELATIONS, MAX_SHARED, MAX_UTTERANCES = 3_000, 2_000, 500, 50, 1_000
"""Bounds that keep a dossier below the size of a document: the longest, best, closest and first are kept."""

MISSING: Final = {
    "actions": "no model of this profile recognises actions",
    "speech": "the sound of this medium was not analysed",
    "clothing": "no model of this profile recognises clothing",
    "restraints": "no model of this profile recognises restraints",
    "summary": "no model of this profile writes summaries",
}


@dataclass(frozen=True, slots=True)
class Known:
    """What the truth says of a person.

    appearances, tracks: the person's own, by medium and content in order of time. everybody: appearances of all who
    are there in the same media. newest: when a job on one of these media ended last. heard: what is heard, by medium.
    """

    person: Person
    appearances: Sequence[Appearance]
    tracks: Sequence[TrackRecord]
    everybody: Sequence[Appearance]
    newest: datetime | None
    heard: Mapping[str, Heard] = field(default_factory=dict)


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
    found = [_known(person, own[person.person_id], tracks[person.person_id], there, ended) for person in people]
    return _with_sound(stores, found, media)


def _with_sound(stores: Stores, found: Sequence[Known], media_ids: Collection[str]) -> list[Known]:
    contents = {medium.media_id: medium.content_id for medium in stores.media.of(media_ids)}
    heard = heard_of(stores, set(contents.values()))
    by_medium = {medium: heard[content_id] for medium, content_id in contents.items() if content_id in heard}
    return [
        replace(known, heard={a.media_id: by_medium[a.media_id] for a in known.appearances if a.media_id in by_medium})
        for known in found
    ]


def dossier_body(known: Known) -> Item:
    """The dossier. Times in seconds, probabilities 0..1, log-odds natural."""
    tracks = sorted(known.tracks, key=lambda t: (-t.quality, t.track_id))[:MAX_TRACKS]
    moments = sorted(known.appearances, key=_longest)[:MAX_MOMENTS]
    moods = _moods(moments, {track.track_id: track for track in tracks})
    related = relations(known.appearances, known.everybody)
    answers = _answers(known)
    said = _said(known)
    mean = expression_of((track.expression, track.samples) for track in known.tracks)
    return {
        "person_id": known.person.person_id,
        "totals": _totals(known),
        "appearances": list(_appearances(moments, moods[:MAX_TRACKS], said)),
        "expression": expression_item(None if mean is None else mean.tolist()),
        "attributes": {name: missing(name) for name in ("clothing", "restraints")},
        "relationships": [_relation(one, answers[one.person_id]) for one in related[:MAX_RELATIONS]],
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
            "utterances": sum(len(heard.said_by(known.person.person_id)) for heard in known.heard.values())
            - sum(map(len, said.values())),
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


def _answers(known: Known) -> Counter[str]:
    """How often the person answers others, or is answered, over contents."""
    contents = {heard.hearing.content_id: heard for heard in known.heard.values()}
    return sum((heard.answers(known.person.person_id) for heard in contents.values()), Counter())


def _said(known: Known) -> dict[str, list[Utterance]]:
    """What the person says, by medium whose sound was analysed, as much as there is room for."""
    found: dict[str, list[Utterance]] = {}
    room = MAX_UTTERANCES
    for media_id, heard in sorted(known.heard.items()):
        found[media_id] = heard.said_by(known.person.person_id)[:room]
        room -= len(found[media_id])
    return found


def _appearances(
    moments: Iterable[Appearance],
    moods: Iterable[tuple[str, TrackRecord]],
    said: Mapping[str, Sequence[Utterance]],
) -> Iterator[Item]:
    """What is known of a person, medium by medium."""
    felt: dict[str, list[TrackRecord]] = defaultdict(list)
    for media_id, track in moods:
        felt[media_id].append(track)
    ordered = sorted(moments, key=lambda a: (a.media_id, a.start_us))
    for media_id, group in groupby(ordered, key=lambda a: a.media_id):
        seen = list(group)
        yield {
            "media_id": media_id,
            "seconds": _seconds(seen, "face"),
            "heard_seconds": _seconds(seen, "voice"),
            "timestamps": [_moment(moment) for moment in seen],
            "emotions": [_emotion(track) for track in sorted(felt[media_id], key=_by_place)],
            "actions": missing("actions"),
            "speech": [_utterance(one) for one in said[media_id]] if media_id in said else missing("speech"),
        }


def _seconds(appearances: Iterable[Appearance], source: Source) -> float:
    return seconds(sum(one.end_us - one.start_us for one in appearances if one.source == source))


def _utterance(utterance: Utterance) -> Item:
    span = {"start": seconds(utterance.start_us), "end": seconds(utterance.end_us)}
    return span | {"language": utterance.language, "text": utterance.text}


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


def _relation(relation: Relation, answers: int) -> Item:
    return {
        "person_id": relation.person_id,
        "media": list(relation.media[:MAX_SHARED]),
        "media_count": len(relation.media),
        "seconds_together": seconds(relation.together_us),
        "answers": answers,
    }


def _totals(known: Known) -> Item:
    return {
        "media": len({appearance.media_id for appearance in known.appearances}),
        "appearances": len(known.appearances),
        "seconds": _seconds(known.appearances, "face"),
        "heard_seconds": _seconds(known.appearances, "voice"),
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
