"""`aima logs`: the newest log lines of every process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import typer

from aima.cli.output import JsonFlag, count, cut, emit_json, speaks, table
from aima.cli.services import opened

Level = Literal["debug", "info", "warning", "error", "critical"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(logs)


@speaks
def logs(
    job: Annotated[
        str | None, typer.Option("--job", help="Only lines about this job: its id or the beginning of it.")
    ] = None,
    level: Annotated[Level | None, typer.Option("--level", help="Only this level.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many at most.")] = 50,
    as_json: JsonFlag = False,
) -> None:
    """The newest log lines that the document store holds, newest first. They are bounded and may be lost."""
    related = {"job_id": job} if job else {}
    with opened() as services:
        lines = services.documents.logs(limit, level, **related)
    if as_json:
        emit_json([line | {"timestamp": line["timestamp"].isoformat()} for line in lines])
        return
    columns = (cut("when (UTC)", 19), "level", "component", "message", "details", "about")
    table(count(len(lines), "log line"), columns, map(_row, lines))


def _row(line: Mapping[str, Any]) -> tuple[str, ...]:
    when = f"{line['timestamp']:%Y-%m-%d %H:%M:%S}"
    related = {name: value[:8] if name.endswith("_id") else value for name, value in line["related_ids"].items()}
    return (
        when,
        line["level"],
        line["component"].removeprefix("aima."),
        line["message"],
        _pairs(line["details"]),
        _pairs(related),
    )


def _pairs(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items() if value is not None)
