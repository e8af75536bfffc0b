"""A dossier as one HTML page: the best picture, every medium with a rail of times, expressions, who else is there.

It stands for itself: pictures are embedded, nothing is loaded, no script runs, names are escaped.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aima.domain.clock import clock
from aima.domain.text import count, display
from aima.services.dossiers import Dossier
from aima.services.markup import document, picture_source, publish
from aima.storage.archive import Archive

Item = Mapping[str, Any]


def write_page(dossier: Dossier, archive: Archive, path: Path) -> Path:
    """Write the page, whole or not at all; readable by its owner alone, since it shows faces."""
    return publish(page_html(dossier, archive), path)


def page_html(dossier: Dossier, archive: Archive) -> str:
    """The page as one HTML document; a picture that is no longer there is left out."""
    body = dossier.body
    title = _text(dossier.person.label)
    return document(
        "aima.services",
        "dossier.html",
        title,
        title=title,
        picture=_picture(body["evidence"]["picture"], archive, dossier.person.label),
        facts=_text(facts(dossier)),
        media="\n".join(_medium(part, dossier) for part in by_name(dossier)),
        related="".join(_related(one, dossier) for one in body["relationships"]),
        missing="".join(f"<li>{_text(name)}: {_text(reason)}</li>" for name, reason in missing_of(body).items()),
        standing=_text(standing(dossier)),
    )


def facts(dossier: Dossier) -> str:
    """How much is seen of a person, in one line."""
    totals = dossier.body["totals"]
    media, times = count(totals["media"], "medium", "media"), count(totals["appearances"], "appearance")
    heard = f", heard for {time_of(totals['heard_seconds'])}" if totals["heard_seconds"] else ""
    line = f"seen for {time_of(totals['seconds'])}{heard} in {media}, {times}"
    expression = expression_of(dossier.body["expression"])
    return f"{line}; expression: {expression}" if expression else line


def standing(dossier: Dossier) -> str:
    """As of when a dossier is, and where it comes from."""
    updated = dossier.body["last_updated"]
    analysed = f"last analysed {updated:%Y-%m-%d %H:%M} UTC; " if updated else ""
    if dossier.source == "documents":
        behind = f", {count(dossier.behind, 'later change')} not yet in it" if dossier.behind else ""
        return f"{analysed}as of change {dossier.as_of_seq}{behind}"
    return f"{analysed}made from the database as of change {dossier.as_of_seq}, because {dossier.remark}"


def expression_of(item: Item | None) -> str:
    """Happiness 61 %; "uncertain" without a figure; nothing where none was observed."""
    if item is None:
        return ""
    share = item["probabilities"].get(item["name"])
    return item["name"] if share is None else f"{item['name']} {share:.0%}"


def missing_of(body: Item) -> dict[str, str]:
    """What no model of the profile gives, with the reasons."""
    fields = {"summary": body["summary"], **body["attributes"]}
    fields |= {name: part[name] for part in body["appearances"][:1] for name in ("actions", "speech")}
    return {name: field["reason"] for name, field in sorted(fields.items()) if isinstance(field, Mapping)}


def time_of(seconds: float) -> str:
    """Seconds as m:ss.s."""
    return clock(round(seconds * 1_000_000))


def by_name(dossier: Dossier) -> list[Item]:
    """What is known medium by medium, sorted by the names of the media."""
    return sorted(dossier.body["appearances"], key=lambda part: (dossier.name_of(part["media_id"]), part["media_id"]))


def _medium(part: Item, dossier: Dossier) -> str:
    end = max(moment["end"] for moment in part["timestamps"])
    marks = "".join(_mark(moment, end) for moment in part["timestamps"])
    times = ", ".join(f"{time_of(m['start'])}\u2013{time_of(m['end'])}" for m in part["timestamps"])
    moods = ", ".join(f"{time_of(e['start'])} {expression_of(e)}" for e in part["emotions"])
    return (
        f'<dt>{_text(dossier.name_of(part["media_id"]))}</dt><dd><div class="rail">{marks}</div>'
        f'<div class="times">{times}</div><div class="times">{_text(moods)}</div>{_speech(part)}</dd>'
    )


def speech_of(part: Item) -> list[str]:
    """What the person says in a medium, each with its time; nothing where its sound was not analysed."""
    said = part["speech"] if isinstance(part["speech"], Sequence) else ()
    return [f"{time_of(one['start'])} {one['text']}" for one in said]


def _speech(part: Item) -> str:
    return "".join(f'<div class="times" dir="auto">{_text(line)}</div>' for line in speech_of(part))


def _mark(moment: Item, end: float) -> str:
    left, right = (100 * moment[side] / end for side in ("start", "end"))
    return f'<i style="left:{left:.2f}%;width:{right - left:.2f}%"></i>'


def _related(relation: Item, dossier: Dossier) -> str:
    label = _text(dossier.label_of(relation["person_id"]))
    media = count(relation["media_count"], "medium", "media")
    answers = f", {count(relation['answers'], 'answer')}" if relation["answers"] else ""
    return f"<li>{label}: {time_of(relation['seconds_together'])} at once, {media}{answers}</li>"


def _picture(name: str | None, archive: Archive, label: str) -> str:
    try:
        jpeg = archive.get(name) if name else None
    except FileNotFoundError:
        jpeg = None
    if jpeg is None:
        return '<div class="nobody"></div>'
    return f'<img alt="{_text(label)}" src="{picture_source(jpeg)}">'


def _text(text: str) -> str:
    """Text from outside: no markup, control and direction characters made visible."""
    return html.escape(display(text))
