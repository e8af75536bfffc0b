"""`aima export`: one JSON document of everything that was found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from aima.cli.output import JsonFlag, clock, emit_json, speaks, table
from aima.cli.services import opened

if TYPE_CHECKING:
    from aima.services.exports import Export


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(export)


@speaks
def export(
    medium: Annotated[
        str | None, typer.Option("--medium", help="Only this one: a name, a path, an id or its beginning.")
    ] = None,
    schema: Annotated[bool, typer.Option("--schema", help="The JSON Schema of the document instead.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Everything that was found, with its evidence; with --json as one document."""
    if schema:
        from aima.services.exports import ExportService

        emit_json(ExportService.schema())
        return
    with opened() as services:
        document = services.exports.document(medium)
    if as_json:
        emit_json(document.model_dump(mode="json"))
    else:
        _intervals(document)


def _intervals(document: Export) -> None:
    rows = (
        (medium.filename, person.label, ", ".join(f"{_clock(a)}-{_clock(b)}" for a, b in person.intervals))
        for medium in document.media
        for person in medium.persons
    )
    table("Who is seen when", ("medium", "person", "from - to"), rows)


def _clock(seconds: float) -> str:
    return clock(round(seconds * 1_000_000))
