"""`aima rebuild`: documents or vectors made anew from the truth."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from aima.cli.output import JsonFlag, count, emit_json, out, speaks
from aima.cli.progress import publishing
from aima.cli.services import opened
from aima.errors import StoreUnreachable


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(rebuild)


@speaks
def rebuild(
    what: Annotated[str, typer.Argument(help="documents or vectors.")],
    as_json: JsonFlag = False,
) -> None:
    """Remove everything of a store and make it anew. Broken off, it goes on by itself."""
    begins = time.monotonic()
    with opened() as services, publishing() as listener:
        reached = services.projections.rebuild(what, listener)
        seq = services.projections.as_of(what).seq
    if what in reached.away:
        raise reached.away[what]
    if what in reached.behind:
        raise StoreUnreachable(f"{what} still miss {count(reached.behind[what], 'change')}", "run: aima verify")
    seconds = time.monotonic() - begins
    if as_json:
        emit_json({"rebuilt": what, "as_of_seq": seq, "seconds": round(seconds, 3)})
    else:
        out.print(f"{what} made anew, as of change {seq} ({seconds:.1f} s)", highlight=False)
