"""`aima persons`: list, show, name, merge, split, undo, history, verify."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from aima.cli import person_output as output
from aima.cli.output import JsonFlag, emit_json, out, speaks
from aima.cli.services import changing, opened
from aima.errors import LedgerBroken

if TYPE_CHECKING:
    from aima.bootstrap import Services
    from aima.services.person_views import Change

app = typer.Typer(help="Who was found, and your decisions about them.", no_args_is_help=True)

Who = Annotated[str, typer.Argument(help='A name, "Unknown 3", "#3", an id or its first 4 or more digits.')]


@app.command(name="list")
@speaks
def list_persons(as_json: JsonFlag = False) -> None:
    """Everybody who was found, the longest seen first."""
    with opened() as services:
        persons = services.persons.list()
        if as_json:
            emit_json([output.person_json(person, services.archive) for person in persons])
        else:
            output.persons_table(persons)


@app.command()
@speaks
def show(person: Who, as_json: JsonFlag = False) -> None:
    """When and where a person is seen, and with what evidence."""
    with opened() as services:
        detail = services.persons.show(person)
        if as_json:
            emit_json(output.detail_json(detail, services.archive))
        else:
            output.detail_tables(detail, services.archive)


@app.command()
@speaks
def name(
    person: Who,
    name: Annotated[str | None, typer.Argument(help="The name; none with --clear.")] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Take the name away.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Give a person a name, or take it away."""
    if clear == (name is not None):
        raise typer.BadParameter("give a name, or --clear")
    _decide(lambda services: services.persons.name(person, name), as_json)


@app.command()
@speaks
def merge(
    into: Who,
    other: Annotated[str, typer.Argument(help="The person that becomes part of the first one.")],
    as_json: JsonFlag = False,
) -> None:
    """Say that two persons are one."""
    _decide(lambda services: services.persons.merge(into, other), as_json)


@app.command()
@speaks
def split(
    person: Who,
    parts: Annotated[list[str], typer.Argument(help="Ids of appearances or tracks, see `aima persons show`.")],
    as_json: JsonFlag = False,
) -> None:
    """Say that some appearances of a person are somebody else."""
    _decide(lambda services: services.persons.split(person, parts), as_json)


@app.command()
@speaks
def undo(
    event: Annotated[str | None, typer.Argument(help="Number or id of an event; none: the last decision.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Take a decision or a fusion run back. Undoing an undo does it again."""
    _decide(lambda services: services.persons.undo(event), as_json)


@app.command()
@speaks
def history(as_json: JsonFlag = False) -> None:
    """Every event of the ledger, oldest first."""
    with opened() as services:
        entries = services.persons.history()
    if as_json:
        emit_json([output.entry_json(entry) for entry in entries])
    else:
        output.history_table(entries)


@app.command()
@speaks
def verify(
    mend: Annotated[bool, typer.Option("--mend", help="Make the persons shown those of the ledger.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Check the ledger's hash chain, and that the persons shown follow from it."""
    with changing() if mend else opened() as services:
        found = services.persons.verify(mend)
    if not found.ok:
        raise LedgerBroken("the persons shown are not those of the ledger", "run: aima persons verify --mend")
    if as_json:
        emit_json({"ok": True, "events": found.events, "state_hash": found.state_hash, "mended": found.mended})
    else:
        mended = ", the persons shown were mended" if found.mended else ""
        out.print(f"{found.events} events hold{mended}, state {found.state_hash}", soft_wrap=True)


def _decide(decide: Callable[[Services], Change], as_json: bool) -> None:
    with changing() as services:
        change = decide(services)
    if as_json:
        emit_json(output.change_json(change))
    else:
        output.change_lines(change)
