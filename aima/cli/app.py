"""The command `aima`: one file per noun, drawn together here."""

from __future__ import annotations

from typing import Annotated

import typer

import aima
from aima.cli import (
    analyze,
    demo,
    dossier,
    environment,
    evaluate,
    export,
    fuse,
    jobs,
    logs,
    media,
    models,
    persons,
    plan,
    rebuild,
    relay,
    search,
    sheet,
    stack,
    stats,
    timeline,
    transcript,
    verify,
    worker,
)

app = typer.Typer(
    name="aima",
    help="Who appears and says what when in an archive of video, sound and pictures, with the evidence.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
stack.register(app)
demo.register(app)
analyze.register(app)
fuse.register(app)
app.add_typer(jobs.app, name="jobs")
app.add_typer(plan.app, name="plan")
app.add_typer(worker.app, name="worker")
environment.register(app)
app.add_typer(models.app, name="models")
app.add_typer(media.app, name="media")
sheet.register(persons.app)
app.add_typer(persons.app, name="persons")
dossier.register(app)
search.register(app)
timeline.register(app)
transcript.register(app)
stats.register(app)
export.register(app)
evaluate.register(app)
verify.register(app)
logs.register(app)
rebuild.register(app)
relay.register(app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(aima.__version__)
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False,
) -> None:
    """Who appears and says what when in an archive of video, sound and pictures, with the evidence."""
