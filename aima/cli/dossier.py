"""`aima dossier`: everything about a person on one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aima.cli.output import JsonFlag, count, cut, emit_json, out, printable, speaks, table
from aima.cli.services import opened

if TYPE_CHECKING:
    from aima.services.dossiers import Dossier
    from aima.storage.archive import Archive

SHOWN = 12
"""Times of one medium, and other persons, that a terminal shows; --json and --report have all."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(dossier)


@speaks
def dossier(
    person: Annotated[str, typer.Argument(help='A name, "Unknown 3", "#3", an id or its first 4 or more digits.')],
    report: Annotated[
        Path | None, typer.Option("--report", help="Write it as one HTML page, with the picture.", dir_okay=False)
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Everything about a person: where and when, with what expression, with whom, and the evidence."""
    with opened() as services:
        found = services.dossiers.dossier(person)
        if report is not None:
            from aima.services.dossier_page import write_page

            write_page(found, services.archive, report)
        if as_json:
            emit_json(_as_json(found, services.archive))
        else:
            _tables(found, services.archive)
    if report is not None and not as_json:
        out.print()
        out.print(printable(f"report: {report}"), highlight=False, soft_wrap=True)


def _as_json(found: Dossier, archive: Archive) -> dict[str, Any]:
    person, body = found.person, dict(found.body)
    body["appearances"] = [part | {"filename": found.name_of(part["media_id"])} for part in body["appearances"]]
    body["relationships"] = [one | {"label": found.label_of(one["person_id"])} for one in body["relationships"]]
    body["last_updated"] = body["last_updated"] and body["last_updated"].isoformat()
    return {
        "person": {"id": person.person_id, "number": person.number, "name": person.name, "label": person.label},
        "picture": _picture(found, archive),
        "source": found.source,
        "remark": found.remark,
        "as_of_seq": found.as_of_seq,
        "behind": found.behind,
        "digest": found.digest,
        "dossier": body,
    }


def _tables(found: Dossier, archive: Archive) -> None:
    from aima.services.dossier_page import by_name, facts, missing_of, speech_of, standing

    for line in (
        f"{found.person.label}  {found.person.person_id}",
        facts(found),
        f"picture: {_picture(found, archive) or 'none was kept'}",
        standing(found),
    ):
        out.print(printable(line), highlight=False, soft_wrap=True)
    out.print()
    parts = by_name(found)
    columns = (cut("medium", max(out.width // 3, 16)), "seen", "from - to", "expressions")
    table(count(len(parts), "medium", "media"), columns, (_row(part, found) for part in parts))
    related = found.body["relationships"]
    rows = (
        (found.label_of(one["person_id"]), one["person_id"][:8], one["media_count"], _together(one), one["answers"])
        for one in related[:SHOWN]
    )
    out.print()
    table(
        f"{count(len(related), 'other person')} in the same media",
        ("person", "id", "media", "at once", "answers"),
        rows,
    )
    _speech([(found.name_of(part["media_id"]), speech_of(part)) for part in parts])
    out.print(f"\nnot available: {', '.join(missing_of(found.body))}", highlight=False, soft_wrap=True)


def _together(relation: Mapping[str, Any]) -> str:
    from aima.services.dossier_page import time_of

    return time_of(relation["seconds_together"])


def _speech(said: Sequence[tuple[str, Sequence[str]]]) -> None:
    """What the person says, the beginning of it."""
    rows = [(name, line) for name, lines in said for line in lines]
    if rows:
        out.print()
        table(count(len(rows), "utterance"), (cut("medium", max(out.width // 4, 12)), "says"), rows[:SHOWN])


def _row(part: Mapping[str, Any], found: Dossier) -> tuple[str, ...]:
    from aima.services.dossier_page import expression_of, time_of

    times = [f"{time_of(one['start'])}-{time_of(one['end'])}" for one in part["timestamps"]]
    moods = [f"{time_of(one['start'])} {expression_of(one)}" for one in part["emotions"]]
    return found.name_of(part["media_id"]), time_of(part["seconds"]), _some(times), _some(moods) or "-"


def _some(texts: list[str]) -> str:
    more = len(texts) - SHOWN
    return ", ".join(texts[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def _picture(found: Dossier, archive: Archive) -> str | None:
    name = found.body["evidence"]["picture"]
    return str(archive.path(name)) if name else None
