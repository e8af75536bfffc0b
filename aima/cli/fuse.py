"""`aima fuse`: persons linked anew from what was observed; nothing is decoded."""

from __future__ import annotations

from dataclasses import asdict

import typer

from aima.cli.analyze import print_fusion
from aima.cli.output import JsonFlag, emit_json, speaks
from aima.cli.services import changing


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(fuse)


@speaks
def fuse(as_json: JsonFlag = False) -> None:
    """Link tracks and persons of the whole archive anew from what was observed, without decoding anything."""
    with changing() as services:
        fusion, sightings, hearings = services.analyses.fuse()
    if as_json:
        emit_json({"fusion": asdict(fusion), "sightings": asdict(sightings), "hearings": asdict(hearings)})
    else:
        print_fusion(fusion, sightings, hearings)
