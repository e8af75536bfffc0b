"""One JSON document of everything that was found, with its evidence and a published schema."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from aima.domain.clock import seconds
from aima.domain.media import Medium
from aima.domain.observation import EXPRESSIONS
from aima.domain.person import Person, RunRecord, TrackRecord, appearance_id
from aima.domain.text import display
from aima.domain.track import Appearance, Box, Source
from aima.services.media import Presence, presences, resolve
from aima.stores.ports import Stores

Interval = tuple[float, float]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ExportedRun(_Part):
    """The fusion run that linked tracks to persons."""

    id: str
    input_hash: str
    models: dict[str, str] = Field(description="model version by analyzer")
    thresholds: dict[str, float] = Field(description="log-odds")
    digest: str = Field(description="canonical hash of tracks and partition")


class ExportedPresence(_Part):
    """A person in a medium."""

    id: str
    label: str
    intervals: list[Interval] = Field(description="seen: [start, end) in seconds, ascending")
    heard: list[Interval] = Field(description="heard: likewise")


class ExportedMedium(_Part):
    """A medium and who is seen and heard in it."""

    id: str
    content_id: str = Field(description="sha256 of the bytes")
    filename: str = Field(description="bytes that are no text are escaped")
    kind: Literal["video", "image", "audio"]
    format: str
    width: int
    height: int
    duration: float = Field(description="seconds")
    persons: list[ExportedPresence]


class ExportedAppearance(_Part):
    """One stretch in which a person is seen or heard in a medium."""

    id: str
    medium_id: str
    start: float
    end: float
    confidence: float
    source: Source = Field(description="face: seen; voice: heard")
    tracks: list[str]


class ExportedPerson(_Part):
    """A person with all appearances."""

    id: str
    number: int
    name: str | None
    label: str
    picture: str | None = Field(description="best kept picture, relative to the archive")
    appearances: list[ExportedAppearance]


class ExportedTrack(_Part):
    """The same face over adjacent frames, or a turn of one voice: the evidence."""

    id: str
    content_id: str
    person_id: str | None = Field(description="null: too poor to tell")
    start: float
    end: float
    best_at: float = Field(description="time of the best sample")
    box: Box | None = Field(description="left, top, width, height of it in pixels; null for a voice")
    speaker: int | None = Field(description="number of the voice in the content; null for a face")
    quality: float
    score: float
    samples: int
    log_odds: float | None = Field(description="of the machine's link to the person")
    shares: dict[str, float] = Field(description="log-odds by modality")
    expression: dict[str, float] | None
    picture: str | None


class Export(_Part):
    """Everything that was found. Times are seconds from the start of a medium."""

    schema_version: Literal[1] = 1
    run: ExportedRun | None
    media: list[ExportedMedium]
    persons: list[ExportedPerson]
    tracks: list[ExportedTrack]


class ExportService:
    """Writes what was found as one document."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    def document(self, medium: str | None = None) -> Export:
        """Everything, or what is about one medium, given by id, beginning of an id, name or path.

        Raises:
            MediaMissing, MediaError: no medium, or several, are meant.
        """
        media = self._stores.media.all()
        if medium is not None:
            media = [resolve(media, medium)]
        wanted = {m.media_id for m in media}
        contents = {m.content_id for m in media}
        appearances = [a for a in self._stores.persons.appearances() if a.media_id in wanted]
        persons = [p for p in self._stores.persons.all() if not p.hidden]
        found = presences(persons, appearances)
        run = self._stores.persons.run()
        return Export(
            run=exported_run(run) if run else None,
            media=_media(media, persons, appearances),
            persons=[_person(presence) for presence in found],
            tracks=[exported_track(t) for t in self._stores.persons.tracks() if t.locator.content_id in contents],
        )

    @staticmethod
    def schema() -> dict[str, Any]:
        """The JSON Schema of the document."""
        return Export.model_json_schema(mode="serialization")


def exported_run(run: RunRecord) -> ExportedRun:
    """A fusion run as it stands in JSON."""
    return ExportedRun(
        id=run.run_id,
        input_hash=run.input_hash,
        models=dict(run.models),
        thresholds=dict(run.thresholds),
        digest=run.digest,
    )


def _media(
    media: Sequence[Medium], persons: Sequence[Person], appearances: Iterable[Appearance]
) -> list[ExportedMedium]:
    by_medium: Mapping[str, list[Appearance]] = defaultdict(list)
    for appearance in appearances:
        by_medium[appearance.media_id].append(appearance)
    return [_medium(medium, presences(persons, by_medium[medium.media_id])) for medium in media]


def _medium(medium: Medium, found: Sequence[Presence]) -> ExportedMedium:
    return ExportedMedium(
        id=medium.media_id,
        content_id=medium.content_id,
        filename=display(medium.filename),
        kind=medium.info.kind,
        format=medium.info.format,
        width=medium.info.width,
        height=medium.info.height,
        duration=seconds(medium.info.duration_us),
        persons=[_presence(presence) for presence in found],
    )


def _presence(presence: Presence) -> ExportedPresence:
    person = presence.person
    seen, heard = (_intervals(presence.by(source)) for source in ("face", "voice"))
    return ExportedPresence(id=person.person_id, label=person.label, intervals=seen, heard=heard)


def _intervals(appearances: Iterable[Appearance]) -> list[Interval]:
    return [(seconds(a.start_us), seconds(a.end_us)) for a in appearances]


def _person(presence: Presence) -> ExportedPerson:
    person = presence.person
    return ExportedPerson(
        id=person.person_id,
        number=person.number,
        name=person.name,
        label=person.label,
        picture=person.picture_path,
        appearances=[_appearance(appearance) for appearance in presence.appearances],
    )


def _appearance(appearance: Appearance) -> ExportedAppearance:
    return ExportedAppearance(
        id=appearance_id(appearance),
        medium_id=appearance.media_id,
        start=seconds(appearance.start_us),
        end=seconds(appearance.end_us),
        confidence=appearance.confidence,
        source=appearance.source,
        tracks=list(appearance.track_ids),
    )


def exported_track(track: TrackRecord) -> ExportedTrack:
    """A track as it stands in JSON."""
    expression = track.expression
    return ExportedTrack(
        id=track.track_id,
        content_id=track.locator.content_id,
        person_id=track.person_id,
        start=seconds(track.locator.start_us),
        end=seconds(track.locator.end_us),
        best_at=seconds(track.best_pts_us),
        box=track.locator.box,
        speaker=track.speaker,
        quality=track.quality,
        score=track.score,
        samples=track.samples,
        log_odds=track.log_odds,
        shares=dict(track.shares),
        expression=dict(zip(EXPRESSIONS, expression, strict=True)) if expression else None,
        picture=track.picture_path,
    )
