"""`aima demo`: from nothing to the persons of a film, with one command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from aima.cli.output import JsonFlag, speaks


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(demo)


@speaks
def demo(
    media: Annotated[
        list[Path] | None, typer.Option(help="A file or folder of your own; may be repeated. Default: a sample.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Start the local stack, analyse a sample (or your media) and show who appears when."""
    # It makes a film: decoders and encoders, which no other command needs to start.
    from aima.cli import demonstration

    if not demonstration.demonstrate(media or [], as_json):
        raise typer.Exit(3)
