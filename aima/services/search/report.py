"""The answers of a search as one HTML page with pictures that stands for itself: nothing is loaded, no script runs."""

from __future__ import annotations

import html
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from aima.domain.clock import clock
from aima.domain.text import count, display
from aima.errors import MediaError
from aima.services.markup import document, picture_source, publish
from aima.services.search.answers import Answer, Answers, Reason
from aima.services.search.query import Query
from aima.settings import Media
from aima.storage.archive import Archive

THUMBNAIL = 320
"""Pixels of the longer side of a picture that is shown small."""


def write_report(answers: Answers, query: Query, archive: Archive, media: Media, path: Path) -> Path:
    """Write the page, whole or not at all; readable by its owner alone, since it shows faces.

    A picture is the kept one of the best match; of a still picture without such it is that picture itself, made small.
    """
    pictures = [_picture(answer, archive, media) for answer in answers.found]
    return publish(report_html(answers, query, pictures), path)


def report_html(answers: Answers, query: Query, pictures: list[bytes | None]) -> str:
    """The page. pictures: JPEGs of the answers, or None."""
    articles = (_article(answer, picture) for answer, picture in zip(answers.found, pictures, strict=True))
    parts = {"summary": "<br>".join(_summary(answers)), "answers": "\n".join(articles)}
    return document("aima.services.search", "search.html", "Search", title=_text(_asked(query)), **parts)


def _asked(query: Query) -> str:
    """What was asked for in one line."""
    given = query.model_dump(exclude_none=True, exclude_defaults=True)
    return "Search: " + ", ".join(
        f"{name} {value.name if isinstance(value, Path) else value}" for name, value in given.items()
    )


def _summary(answers: Answers) -> Iterator[str]:
    yield count(len(answers.found), "moment")
    yield from map(_text, answers.remarks)
    yield from (_text(f"{unasked.ask}: {unasked.why}") for unasked in answers.unasked)
    if answers.behind:
        yield f"the vectors have still to hear of {count(answers.behind, 'change')}"
    if answers.models:
        yield _text(f"compared with {', '.join(sorted(answers.models.values()))}")


def _article(answer: Answer, picture: bytes | None) -> str:
    place = answer.place
    shown = '<div class="nothing"></div>' if picture is None else f'<img alt="" src="{picture_source(picture)}">'
    times = "" if place.kind == "image" else f"{clock(answer.start_us)}\u2013{clock(answer.end_us)}"
    heading = f"<h2>{_text(place.filename)} <small>{times}</small></h2>"
    facts = (f"{answer.probability:.0%}", ", ".join(answer.who), f"{place.dated_by} {place.date:%Y-%m-%d}")
    line = f"<p>{_text(', '.join(fact for fact in facts if fact))}</p>"
    return f"<article>{shown}<div>{heading}{line}<ul>{''.join(map(_reason, answer.reasons))}</ul></div></article>"


def _reason(reason: Reason) -> str:
    evidence = ", ".join(f"{e.kind} {e.id[:8]}" for e in reason.evidence[:4])
    strength = f"{reason.probability:.0%}" + (f", {reason.band}" if reason.band else "")
    return f"<li>{reason.ask}: {_marked(reason)} {_text(f'({strength})')} <small>{_text(evidence)}</small></li>"


def _marked(reason: Reason) -> str:
    """Its text with what was asked for marked."""
    places = [0, *(place for mark in reason.marks for place in mark), len(reason.text)]
    parts = [_text(reason.text[start:end]) for start, end in pairwise(places)]
    return "".join(f"<mark>{part}</mark>" if number % 2 else part for number, part in enumerate(parts))


def _picture(answer: Answer, archive: Archive, media: Media) -> bytes | None:
    if answer.picture is not None:
        try:
            return archive.get(answer.picture)
        except FileNotFoundError:
            return None
    return _small(Path(answer.place.path), media) if answer.place.kind == "image" else None


def _small(path: Path, media: Media) -> bytes | None:
    """A still picture of the archive as a small JPEG; None if it is not there any more."""
    import cv2

    from aima.pipeline.looking import decode

    try:
        pixels = decode(path, media)
    except MediaError:
        return None
    zoom = THUMBNAIL / max(pixels.shape[:2])
    small = cv2.resize(pixels, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA) if zoom < 1 else pixels
    jpeg: bytes = cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR))[1].tobytes()
    return jpeg


def _text(text: str) -> str:
    """Text from outside: no markup, control and direction characters made visible."""
    return html.escape(display(text))
