"""`aima persons sheet`: everybody on one page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aima.cli.output import JsonFlag, emit_json, out, printable, speaks
from aima.cli.services import opened

if TYPE_CHECKING:
    from aima.bootstrap import Services
    from aima.services.person_views import PersonView


def register(app: typer.Typer) -> None:
    """Add the command to `aima persons`."""
    app.command()(sheet)


@speaks
def sheet(
    file: Annotated[Path | None, typer.Option("--out", help="Where to write it; default: <home>/persons.html.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Write a contact sheet of all persons: one HTML file that loads nothing."""
    with opened() as services:
        persons = services.persons.list()
        path = write_for(services, persons, file)
    if as_json:
        emit_json({"path": str(path), "persons": len(persons)})
    else:
        out.print(f"{len(persons)} persons: {printable(str(path))}", soft_wrap=True, highlight=False)


def write_for(services: Services, persons: Sequence[PersonView], file: Path | None = None) -> Path:
    """Write the sheet of these persons and say where."""
    from aima.services.sheet import gather, write_sheet

    media = [summary.medium for summary in services.media.list()]
    target = file or services.settings.home / "persons.html"
    return write_sheet(gather(persons, media, services.archive), target).absolute()
