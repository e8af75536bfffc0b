"""`aima env`: what other programs need to reach the local stack."""

from __future__ import annotations

import shlex

import typer

from aima import local
from aima.cli.output import JsonFlag, emit_json, speaks
from aima.settings import load_settings


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("env")(environment)


@speaks
def environment(as_json: JsonFlag = False) -> None:
    """Print what `ray` needs to reach the cluster: eval "$(aima env)"."""
    settings = load_settings()
    variables = {
        **local.ray_environment(settings),
        "RAY_API_SERVER_ADDRESS": local.dashboard_url(settings),
        "AIMA_HOME": str(settings.home),
    }
    if as_json:
        emit_json(variables)
        return
    for name, value in sorted(variables.items()):
        typer.echo(f"export {name}={shlex.quote(value)}")
