"""`aima up | down | status | doctor`: the local servers."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict

import typer

from aima import local
from aima.cli.output import JsonFlag, emit_json, err, out, printable, speaks, table
from aima.errors import StackError
from aima.local.doctor import Finding, examine
from aima.local.state import ServerStatus
from aima.settings import Settings, load_settings

WELL = {"healthy", "external"}


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    for command in (up, down, status, doctor):
        app.command()(command)


@speaks
def up(as_json: JsonFlag = False) -> None:
    """Start the local servers and wait until they are healthy. What runs is left alone."""
    settings = load_settings()
    with err.status("starting the local servers"):
        local.start(settings)
    _show(settings, local.status(settings), as_json)


@speaks
def down(as_json: JsonFlag = False) -> None:
    """Stop the local servers. Nothing is lost."""
    settings = load_settings()
    local.stop(settings)
    _show(settings, local.status(settings), as_json)


@speaks
def status(as_json: JsonFlag = False) -> None:
    """Show every server. Exit code 0 if all are healthy, 8 otherwise."""
    settings = load_settings()
    servers = local.status(settings)
    _show(settings, servers, as_json)
    if any(server.state not in WELL for server in servers):
        raise typer.Exit(StackError.exit_code)


@speaks
def doctor(as_json: JsonFlag = False) -> None:
    """Say in words what is wrong and what to do. Exit code 0 unless something is broken, then 8."""
    findings = examine(load_settings())
    if as_json:
        emit_json({"findings": [asdict(finding) for finding in findings]})
    else:
        _tell(findings)
    if any(finding.level == "broken" for finding in findings):
        raise typer.Exit(StackError.exit_code)


def _show(settings: Settings, servers: Sequence[ServerStatus], as_json: bool) -> None:
    changed = local.changed(settings)
    if as_json:
        facts = {"home": settings.home, "servers": [asdict(server) for server in servers]}
        emit_json(facts | {"changed": {one.server: one.variables for one in changed}})
        return
    rows = [(s.name, s.state, s.address, s.pid or "", _age(s.since), s.detail) for s in servers]
    table(f"Servers of {settings.home}", ("server", "state", "address", "pid", "for", "detail"), rows)
    if changed:
        texts = "; ".join(one.text for one in changed)
        out.print(printable(f"{texts}; to change that: aima down; aima up"), style="yellow", soft_wrap=True)


def _tell(findings: Sequence[Finding]) -> None:
    for finding in findings:
        out.print(printable(f"{finding.level:8} {finding.subject}: {finding.text}"), highlight=False, soft_wrap=True)
        if finding.remedy:
            out.print(printable(f"{'':8} -> {finding.remedy}"), highlight=False, soft_wrap=True)


def _age(since: float | None) -> str:
    if since is None:
        return ""
    minutes, seconds = divmod(int(time.time() - since), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {seconds:02d} s"
