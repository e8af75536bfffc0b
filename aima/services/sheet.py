"""The contact sheet: one HTML file with every person, the best picture, and where they are seen.

It stands for itself: pictures are embedded, nothing is loaded, no script runs, names are escaped.
"""

from __future__ import annotations

import base64
import html
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from string import Template

from aima.domain.clock import clock
from aima.domain.text import display


@dataclass(frozen=True, slots=True)
class Sighting:
    """Where a person is seen in one medium. Times in microseconds; a still picture has no duration (0)."""

    medium: str
    duration_us: int
    intervals: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class SheetPerson:
    """One entry of the sheet. picture: bytes of a JPEG, or None if none was kept."""

    label: str
    person_id: str
    picture: bytes | None
    sightings: tuple[Sighting, ...]


def write_sheet(persons: Sequence[SheetPerson], path: Path, title: str = "Persons") -> Path:
    """Write the sheet, whole or not at all; readable by its owner alone, since it shows faces."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, prefix=".sheet-", delete=False) as file:
        file.write(sheet_html(persons, title))
    return Path(file.name).replace(path)


def sheet_html(persons: Sequence[SheetPerson], title: str = "Persons") -> str:
    """The sheet as one HTML document."""
    page = Template(resources.files("aima.services").joinpath("sheet.html").read_text("utf-8"))
    media = {sighting.medium for person in persons for sighting in person.sightings}
    summary = f"{_count(len(persons), 'person')} in {_count(len(media), 'medium', 'media')}"
    return page.substitute(title=_text(title), summary=summary, persons="\n".join(map(_article, persons)))


def _article(person: SheetPerson) -> str:
    heading = f"<h2>{_text(person.label)} <small>{_text(person.person_id[:8])}</small></h2>"
    sightings = "".join(map(_sighting, person.sightings))
    return f"<article>{_picture(person)}<div>{heading}<dl>{sightings}</dl></div></article>"


def _picture(person: SheetPerson) -> str:
    if person.picture is None:
        return '<div class="nobody"></div>'
    source = base64.b64encode(person.picture).decode()
    return f'<img alt="{_text(person.label)}" src="data:image/jpeg;base64,{source}">'


def _sighting(sighting: Sighting) -> str:
    name = f"<dt>{_text(sighting.medium)}</dt>"
    if not sighting.duration_us:
        return f'{name}<dd class="times">picture</dd>'
    marks = "".join(_mark(start, end, sighting.duration_us) for start, end in sighting.intervals)
    times = ", ".join(f"{clock(start)}\u2013{clock(end)}" for start, end in sighting.intervals)
    return f'{name}<dd><div class="rail">{marks}</div><div class="times">{times}</div></dd>'


def _mark(start_us: int, end_us: int, duration_us: int) -> str:
    left = 100 * min(start_us / duration_us, 1.0)
    width = min(100 * (end_us - start_us) / duration_us, 100 - left)
    return f'<i style="left:{left:.2f}%;width:{width:.2f}%"></i>'


def _text(text: str) -> str:
    """Text from outside: no markup, control and direction characters made visible."""
    return html.escape(display(text))


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
