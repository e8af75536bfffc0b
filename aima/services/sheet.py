"""The contact sheet: one HTML file with every person, the best picture, and where they are seen.

It stands for itself: pictures are embedded, nothing is loaded, no script runs, names are escaped.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from aima.domain.clock import clock
from aima.domain.media import Medium
from aima.domain.text import count, display
from aima.domain.track import Source
from aima.services.markup import document, marks, picture_source, publish
from aima.services.person_views import PersonView, Seen
from aima.storage.archive import Archive


@dataclass(frozen=True, slots=True)
class Sighting:
    """Where a person is seen, or heard, in one medium. Times in microseconds; a still picture has no duration (0)."""

    media_id: str
    filename: str
    duration_us: int
    intervals: tuple[tuple[int, int], ...]
    source: Source = "face"


@dataclass(frozen=True, slots=True)
class SheetPerson:
    """One entry of the sheet. picture: bytes of a JPEG, or None if none was kept."""

    label: str
    person_id: str
    picture: bytes | None
    sightings: tuple[Sighting, ...]


def gather(persons: Sequence[PersonView], media: Sequence[Medium], archive: Archive) -> list[SheetPerson]:
    """Entries for these persons, with their kept pictures; a picture that is no longer there is left out."""
    durations = {m.media_id: 0 if m.info.kind == "image" else m.info.duration_us for m in media}
    return [
        SheetPerson(p.label, p.person_id, picture_of(p, archive), tuple(_sightings(p.appearances, durations)))
        for p in persons
    ]


def picture_of(person: PersonView, archive: Archive) -> bytes | None:
    """The kept picture as bytes of a JPEG, or None."""
    try:
        return archive.get(person.picture_path) if person.picture_path else None
    except FileNotFoundError:
        return None


def write_sheet(persons: Sequence[SheetPerson], path: Path, title: str = "Persons") -> Path:
    """Write the sheet, whole or not at all; readable by its owner alone, since it shows faces."""
    return publish(sheet_html(persons, title), path)


def sheet_html(persons: Sequence[SheetPerson], title: str = "Persons") -> str:
    """The sheet as one HTML document."""
    media = {sighting.media_id for person in persons for sighting in person.sightings}
    summary = f"{count(len(persons), 'person')} in {count(len(media), 'medium', 'media')}"
    parts = {"title": _text(title), "summary": summary, "persons": "\n".join(map(_article, persons))}
    return document("aima.services", "sheet.html", _text(title), **parts)


def _sightings(appearances: Sequence[Seen], durations: Mapping[str, int]) -> Iterator[Sighting]:
    """By medium as they come, what is seen first."""
    for media_id, group in groupby(appearances, key=lambda seen: seen.media_id):
        ordered = sorted(group, key=lambda one: one.source)
        for source, same in groupby(ordered, key=lambda one: one.source):
            there = list(same)
            intervals = tuple((one.start_us, one.end_us) for one in there)
            yield Sighting(media_id, there[0].filename, durations[media_id], intervals, source)


def _article(person: SheetPerson) -> str:
    heading = f"<h2>{_text(person.label)} <small>{_text(person.person_id[:8])}</small></h2>"
    sightings = "".join(map(_sighting, person.sightings))
    return f"<article>{_picture(person)}<div>{heading}<dl>{sightings}</dl></div></article>"


def _picture(person: SheetPerson) -> str:
    if person.picture is None:
        return '<div class="nobody"></div>'
    return f'<img alt="{_text(person.label)}" src="{picture_source(person.picture)}">'


def _sighting(sighting: Sighting) -> str:
    heard = " (heard)" if sighting.source == "voice" else ""
    name = f"<dt>{_text(sighting.filename)}{heard}</dt>"
    if not sighting.duration_us:
        return f'{name}<dd class="times">picture</dd>'
    rail = marks(sighting.intervals, sighting.duration_us)
    times = ", ".join(f"{clock(start)}\u2013{clock(end)}" for start, end in sighting.intervals)
    return f'{name}<dd><div class="rail">{rail}</div><div class="times">{times}</div></dd>'


def _text(text: str) -> str:
    """Text from outside: no markup, control and direction characters made visible."""
    return html.escape(display(text))
