"""`aima stats`: the figures of the dashboard."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aima.cli.output import JsonFlag, clock, emit_json, out, speaks, table
from aima.cli.services import opened

if TYPE_CHECKING:
    from aima.domain.figures import Figures, StageFigure

MIB = 1024 * 1024


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(stats)


@speaks
def stats(
    refresh: Annotated[bool, typer.Option("--refresh", help="Make the figures anew before.")] = False,
    persons: Annotated[int, typer.Option(min=1, max=1000, help="How many persons, the longest seen first.")] = 10,
    as_json: JsonFlag = False,
) -> None:
    """Totals by kind, persons by time on screen, what analyses cost, errors, storage; and how old these figures are."""
    with opened() as services:
        if refresh:
            services.metrics.refresh()
        figures = services.metrics.figures(persons)
    if as_json:
        emit_json(stats_json(figures))
    else:
        print_stats(figures)


def stats_json(figures: Figures) -> dict[str, Any]:
    """The figures as data: times in ISO 8601, lengths in microseconds, sizes in bytes."""
    rate = {"stages": [asdict(s) | {"cpu_per_media_second": s.cpu_per_media_second} for s in figures.stages]}
    refreshed = {"refreshed_at": figures.refreshed_at.isoformat(), "age_s": round(_age_s(figures), 3)}
    return asdict(figures) | rate | refreshed


def print_stats(figures: Figures) -> None:
    """One table for each group that has anything."""
    out.print(f"Figures of {_ago(_age_s(figures))} ago; anew: aima stats --refresh", highlight=False)
    groups = (
        ("Media", ("kind", "media", "analysed", "MiB", "length"),
         [(k.kind, k.media, k.analysed, _mib(k.bytes), clock(k.duration_us)) for k in figures.kinds]),
        ("Persons, the longest seen first", ("person", "id", "seen", "appearances", "media"),
         [(p.label, p.person_id[:8], clock(p.screen_us), p.appearances, p.media) for p in figures.persons]),
        ("Taken in by day (UTC)", ("day", "kind", "media", "MiB", "length"),
         [(d.day, d.kind, d.media, _mib(d.bytes), clock(d.duration_us)) for d in figures.days]),
        ("What stages cost", ("stage", "version", "kind", "segments", "CPU", "CPU each"),
         [(s.stage, s.version, s.kind, s.segments, f"{s.cpu_s:.1f} s", _each(s)) for s in figures.stages]),
        ("Errors", ("where", "code", "times", "last (UTC)"),
         [(e.source, e.code, e.times, e.last_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M")) for e in figures.errors]),
        ("Storage", ("what", "items", "MiB"),
         [(s.what, "-" if s.items is None else s.items, _mib(s.bytes)) for s in figures.storage]),
    )  # fmt: skip
    for title, columns, rows in groups:
        if rows:
            out.print()
            table(title, columns, rows)


def _each(stage: StageFigure) -> str:
    """CPU time for a picture, or for a second of media."""
    if stage.kind == "image":
        return f"{stage.cpu_s / stage.segments:.3f} s a picture"
    return f"{stage.cpu_per_media_second:.3f} s a second"


def _age_s(figures: Figures) -> float:
    return max((datetime.now(UTC) - figures.refreshed_at).total_seconds(), 0.0)


def _ago(age_s: float) -> str:
    for unit, length in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if age_s >= 2 * length:
            return f"{age_s / length:.0f} {unit}"
    return f"{age_s:.0f} seconds"


def _mib(size: int | None) -> str:
    return "-" if size is None else f"{size / MIB:.1f}"
