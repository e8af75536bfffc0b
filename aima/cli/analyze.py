"""`aima analyze`: files and folders in, persons out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TextColumn

from aima.analyzers import registry
from aima.cli.output import JsonFlag, count, emit_json, err, error_line, out, speaks, table
from aima.cli.services import changing, opened, say
from aima.errors import PlanInvalid

if TYPE_CHECKING:
    from aima.bootstrap import Services
    from aima.pipeline.progress import Listener
    from aima.pipeline.progress import Progress as Moment
    from aima.services.fusion import FusionReport
    from aima.services.hearings import HearingReport
    from aima.services.inputs import Unmade
    from aima.services.reports import AnalysisReport
    from aima.services.sightings import SightingReport


OnlyOption = Annotated[
    str, typer.Option("--only", help="Analyzers to run, by comma; default: " + ", ".join(registry.DEFAULT))
]
AddOption = Annotated[list[str], typer.Option("--with", help="A further analyzer, for example emotion.")]
OptionOption = Annotated[
    list[str], typer.Option("--option", help="analyzer.option=value, for example face_detector.long_side=960.")
]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(analyze)


@speaks
def analyze(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders.", show_default=False)],
    only: OnlyOption = "",
    add: AddOption = [],  # noqa: B006
    option: OptionOption = [],  # noqa: B006
    priority: Annotated[int, typer.Option(help="Higher comes before what waits already.", min=-1000, max=1000)] = 0,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Stay until it is done, or leave it queued.")] = True,
    as_json: JsonFlag = False,
) -> None:
    """Analyze files and folders; what was analyzed before is not analyzed again.

    The worker of the local stack does it, or this process where none runs. Ctrl-C ends the waiting; the worker goes on.
    """
    wanted = wanted_analyzers(only, add, option)
    with changing() if wait else opened() as services, progress_bar(shown=wait and not as_json) as listener:
        try:
            report = services.analyses.analyze(paths, wanted, listener, priority=priority, wait=wait)
        except KeyboardInterrupt:
            say("broken off: what was observed stays, and the same command goes on from there")
            raise
        if not wait:
            _warn_if_nobody_works(services)
    if as_json:
        emit_json(report_json(report))
    elif wait:
        print_report(report)
    else:
        print_queued(report)
    if not report.whole:
        raise typer.Exit(3)


def _warn_if_nobody_works(services: Services) -> None:
    from aima.services.dispatching.fleets import resident

    if not resident(services.stores.queue):
        say("no worker runs here: it waits until one does - start it with: aima up")


def wanted_analyzers(only: str, add: list[str], options: list[str]) -> dict[str, dict[str, Any]]:
    """Options by analyzer, from what was written on the command line.

    Raises:
        PlanInvalid: an unknown analyzer, or an option that is not analyzer.option=value.
    """
    names = [n.strip() for n in only.split(",") if n.strip()] or list(registry.DEFAULT)
    wanted: dict[str, dict[str, Any]] = {registry.get(name).name: {} for name in [*names, *add]}
    for text in options:
        target, equals, value = text.partition("=")
        analyzer, dot, name = target.partition(".")
        if not (equals and dot and analyzer in wanted):
            raise PlanInvalid(f"option {text!r} fits no analyzer of this analysis", "write analyzer.option=value")
        wanted[analyzer][name] = value
    return wanted


@contextmanager
def progress_bar(shown: bool) -> Iterator[Listener | None]:
    """A live bar on standard error with the rate and the time left."""
    if not shown:
        yield None
        return
    columns = (
        TextColumn("analyzing"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %"),
        TextColumn("{task.fields[what]}"),
    )
    with Progress(*columns, console=err, transient=True) as bar:
        line = bar.add_task("analyzing", total=None, what="")

        def listen(moment: Moment) -> None:
            bar.update(line, total=moment.total_s, completed=moment.done_s, what=describe(moment))

        yield listen


def describe(moment: Moment) -> str:
    """Rate and time left in words."""
    left = "" if moment.left_s is None else f", {moment.left_s:.0f} s left"
    return f"{moment.done_s:.0f} of {moment.total_s:.0f} s, {moment.rate:.1f} x real time{left}"


def report_json(report: AnalysisReport) -> dict[str, Any]:
    """The report as data."""
    return asdict(report)


def print_report(report: AnalysisReport) -> None:
    """The report for people."""
    rows = [(Path(f.path).name, "known" if f.known else f.state, f.code or "") for f in report.files]
    table("Files", ("file", "state", "remark"), rows)
    for file in report.files:
        if not file.whole:
            error_line(file.detail or file.path, file.remedy, file.code or file.state)
    print_fusion(report.fusion, report.sightings, report.hearings)
    spent = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in sorted(report.cpu_s.items()))
    if spent:
        out.print(f"CPU: {spent}")
    out.print("Next: aima persons list")


def print_queued(report: AnalysisReport) -> None:
    """What waits now, for people, and how to follow it."""
    rows = [(Path(f.path).name, f.state, f.job_id[:8] if f.job_id else "", f.code or "") for f in report.files]
    table("Files", ("file", "state", "job", "remark"), rows)
    for file in report.files:
        if not file.whole:
            error_line(file.detail or file.path, file.remedy, file.code or file.state)
    out.print("Next: aima jobs list --watch")


def print_fusion(fusion: FusionReport, sightings: SightingReport, hearings: HearingReport) -> None:
    """What linking came to, what is seen beside faces and what is heard, for people."""
    found = f"{count(fusion.persons, 'person')} in {count(fusion.tracks, 'track')}"
    out.print(f"{found}; {'updated' if fusion.changed else 'nothing changed'}.")
    if sightings.contents:
        media = count(sightings.contents, "medium", "media")
        out.print(f"{count(sightings.findings, 'thing, label or line', 'things, labels and lines')} in {media}.")
    if hearings.utterances:
        said = f"{count(hearings.utterances, 'utterance')} of {count(hearings.speakers, 'speaker')}"
        out.print(f"{said} in {count(hearings.contents, 'medium', 'media')}.")
    _print_unmade((*sightings.unseen, *hearings.unheard))


def _print_unmade(unmade: Iterable[Unmade]) -> None:
    for code, alike in groupby(sorted(unmade, key=lambda one: one.code), key=lambda one: one.code):
        first, *others = alike
        more = f" (and {count(len(others), 'more medium', 'more media')})" if others else ""
        error_line(first.detail + more, first.remedy, code)
