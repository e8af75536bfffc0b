"""The time line of a medium: its shots, and when who and what is seen and heard in it."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from aima.domain.finding import Finding, FindingKind, Shot
from aima.domain.media import Medium
from aima.domain.page import Stretch
from aima.domain.person import Person, TrackRecord
from aima.domain.speech import Hearing, Sounding, Turn, Utterance
from aima.fusion.emotions import expression_of, name_expression
from aima.services.media import find_medium
from aima.services.naming import persons_of_speakers
from aima.stores.ports import Stores


@dataclass(frozen=True, slots=True)
class Presence:
    """One appearance of a person. confidence: 0..1; expression: its name, "uncertain", or None where none was seen."""

    start_us: int
    end_us: int
    confidence: float
    expression: str | None


@dataclass(frozen=True, slots=True)
class PersonLane:
    """When a person is seen and heard. picture: the best one of this medium, relative to the archive, or None."""

    person_id: str
    number: int
    label: str
    presences: tuple[Presence, ...]
    picture: str | None
    heard: tuple[Presence, ...] = ()


@dataclass(frozen=True, slots=True)
class FindingLane:
    """When something is seen: spans of one kind and text, in order of time."""

    text: str
    spans: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class SpeakerLane:
    """When a voice is heard. no: its number in the medium, from 0; label: the person whose it is, or "Speaker 1"."""

    no: int
    label: str
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class SoundLane:
    """When something is heard that is no speech: spans of one label, in order of time."""

    label: str
    spans: tuple[Sounding, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything that is known of a medium over its time. Lanes stand in the order of their first span.

    end_us: length of the medium; a picture lasts one sample step. digest: sha256 over what is seen and heard when (see
    `digest`). names: of speakers who are persons, by number.
    """

    medium: Medium
    end_us: int
    shots: tuple[Shot, ...]
    persons: tuple[PersonLane, ...]
    objects: tuple[FindingLane, ...]
    labels: tuple[FindingLane, ...]
    texts: tuple[FindingLane, ...]
    speakers: tuple[SpeakerLane, ...]
    utterances: tuple[Utterance, ...]
    sounds: tuple[SoundLane, ...]
    digest: str
    names: Mapping[int, str] = field(default_factory=dict)


class TimelineService:
    """Reads time lines from the truth: they are never behind it."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    def timeline(self, which: str) -> Timeline:
        """The time line of a medium, given by id, beginning of an id, name or path, in a handful of queries.

        Raises:
            MediaMissing, MediaError: none or several are meant.
        """
        return self.of(find_medium(self._stores.media, which))

    def of(self, medium: Medium) -> Timeline:
        """The time line of this medium."""
        sighting = self._stores.sightings.get(medium.content_id)
        shots, findings = (sighting.shots, sighting.findings) if sighting else ((), ())
        tracks = self._stores.persons.tracks_in([medium.content_id])
        persons = tuple(self._persons(medium, tracks))
        hearing = self._hearing(medium, tracks, persons)
        return Timeline(
            medium=medium,
            end_us=_end_us(medium, shots, persons, hearing),
            shots=shots,
            persons=persons,
            objects=tuple(_lanes(findings, "object")),
            labels=tuple(_lanes(findings, "label")),
            texts=tuple(_lanes(findings, "text")),
            speakers=tuple(_speakers(hearing)),
            utterances=hearing.utterances,
            sounds=tuple(_sounds(hearing)),
            digest=digest(shots, persons, findings, hearing),
            names=hearing.names,
        )

    def _hearing(self, medium: Medium, tracks: Sequence[TrackRecord], persons: Iterable[PersonLane]) -> Hearing:
        """What is heard, speakers who are persons by their names."""
        hearing = self._stores.hearings.get(medium.content_id)
        if hearing is None:
            return Hearing(medium.content_id, "", (), (), (), ())
        labels = {lane.person_id: lane.label for lane in persons}
        owners = persons_of_speakers(tracks)
        return replace(hearing, names={no: labels[one] for no, one in owners.items() if one in labels})

    def _persons(self, medium: Medium, there: Iterable[TrackRecord]) -> Iterator[PersonLane]:
        stretches = self._stores.pages.of_medium(medium.media_id)
        people = {person.person_id: person for person in self._stores.persons.of({s.person_id for s in stretches})}
        tracks: dict[str | None, list[TrackRecord]] = defaultdict(list)
        for track in there:
            tracks[track.person_id].append(track)
        by_person: dict[str, list[Stretch]] = defaultdict(list)
        for stretch in stretches:
            by_person[stretch.person_id].append(stretch)
        return (_lane(people[person_id], own, tracks[person_id]) for person_id, own in by_person.items())


def digest(shots: Iterable[Shot], persons: Iterable[PersonLane], findings: Iterable[Finding], hearing: Hearing) -> str:
    """sha256 in hex over what is seen and heard when: times to 1 ms, boxes to 1 pixel, scores to 0.01.

    The names of persons and of the medium stay out, and so do ids that no other table knows.
    """
    form = {
        "shots": [[_ms(shot.start_us), _ms(shot.end_us)] for shot in shots],
        "persons": sorted(
            [lane.person_id, _ms(p.start_us), _ms(p.end_us), round(100 * p.confidence), p.expression]
            for lane in persons
            for p in lane.presences
        ),
        "voices": sorted(
            [lane.person_id, _ms(p.start_us), _ms(p.end_us), round(100 * p.confidence)]
            for lane in persons
            for p in lane.heard
        ),
        "findings": sorted(_form(finding) for finding in findings),
        "turns": [[turn.speaker, _ms(turn.start_us), _ms(turn.end_us)] for turn in hearing.turns],
        "utterances": [
            [one.speaker, _ms(one.start_us), _ms(one.end_us), one.language, one.text] for one in hearing.utterances
        ],
        "sounds": [
            [one.label, _ms(one.start_us), _ms(one.end_us), round(100 * one.score)] for one in hearing.soundings
        ],
    }
    return hashlib.sha256(json.dumps(form, sort_keys=True).encode()).hexdigest()


def _end_us(medium: Medium, shots: Sequence[Shot], persons: Iterable[PersonLane], hearing: Hearing) -> int:
    """The end of the medium, or of what is seen or heard last: files may say that they are shorter."""
    there = (p.end_us for lane in persons for p in (*lane.presences, *lane.heard))
    seen = [*(shot.end_us for shot in shots[-1:]), *there]
    heard = [one.end_us for spans in (hearing.turns, hearing.utterances, hearing.soundings) for one in spans]
    return max((medium.info.duration_us, *seen, *heard, 1))


def _speakers(hearing: Hearing) -> Iterator[SpeakerLane]:
    for speaker in hearing.speakers:
        turns = tuple(turn for turn in hearing.turns if turn.speaker == speaker.no)
        yield SpeakerLane(speaker.no, hearing.name_of(speaker.no), turns)


def _sounds(hearing: Hearing) -> Iterator[SoundLane]:
    by_label: dict[str, list[Sounding]] = defaultdict(list)
    for sounding in hearing.soundings:
        by_label[sounding.label].append(sounding)
    return (SoundLane(label, tuple(spans)) for label, spans in by_label.items())


def _form(finding: Finding) -> list[object]:
    box = [round(side) for side in finding.box or ()]
    times = [_ms(finding.start_us), _ms(finding.end_us), _ms(finding.best_pts_us)]
    return [finding.kind, finding.text, *times, round(100 * finding.score), finding.most, box]


def _ms(time_us: int) -> int:
    return (time_us + 500) // 1000


def _lane(person: Person, stretches: Sequence[Stretch], tracks: Sequence[TrackRecord]) -> PersonLane:
    pictures = [(t.picture_quality or 0.0, t.picture_path) for t in tracks if t.picture_path is not None]
    best = max(pictures, key=lambda one: one[0], default=(0.0, None))[1]
    seen = tuple(_presence(s, _expression(s, tracks)) for s in stretches if s.source == "face")
    heard = tuple(_presence(s, None) for s in stretches if s.source == "voice")
    return PersonLane(person.person_id, person.number, person.label, seen, best, heard)


def _presence(stretch: Stretch, expression: str | None) -> Presence:
    return Presence(stretch.start_us, stretch.end_us, stretch.confidence, expression)


def _expression(stretch: Stretch, tracks: Iterable[TrackRecord]) -> str | None:
    """The expression over the tracks of an appearance, each weighted by its samples."""
    own = (t for t in tracks if stretch.start_us <= t.locator.start_us and t.locator.end_us <= stretch.end_us)
    return name_expression(expression_of((track.expression, track.samples) for track in own))


def _lanes(findings: Iterable[Finding], kind: FindingKind) -> Iterator[FindingLane]:
    by_text: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.kind == kind:
            by_text[finding.text].append(finding)
    return (FindingLane(text, tuple(spans)) for text, spans in by_text.items())
