"""`aima eval`: how right AIMA is on a labelled folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn

from aima.cli.analyze import describe
from aima.cli.output import JsonFlag, emit_json, err, speaks
from aima.settings import load_settings

if TYPE_CHECKING:
    from aima.cli.evaluation_places import Written
    from aima.evaluation.report import Report
    from aima.evaluation.run import Listeners
    from aima.pipeline.progress import Progress as Moment

ONLY = (
    "Parts to measure, by comma: faces, boxes, counts, identities, persons, cuts, emotion, degraded, wer, der, voices, "
    "retrieval, association; default: all."
)


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("eval")(evaluate)


@speaks
def evaluate(
    folder: Annotated[Path, typer.Argument(help="Media with their labels in truth/.", show_default=False)],
    only: Annotated[str, typer.Option(help=ONLY, show_default=False)] = "",
    predictions: Annotated[
        Path | None, typer.Option(help="Folder for the answers in the formats of an independent scorer.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="HTML report; default: below <home>/evaluations, beside its figures as JSON.")
    ] = None,
    cards: Annotated[
        Path | None, typer.Option(help="File for the figures of every built model, as model cards show them.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Measure how right AIMA is on labelled media, in a throw-away workspace with the purpose "evaluation"."""
    from aima.cli.evaluation_places import Wanted
    from aima.evaluation.parts import chosen_parts
    from aima.evaluation.reading import read_truth

    parts, truth = chosen_parts(only), read_truth(folder)
    wanted = Wanted.of(predictions, report, cards)
    wanted.check()

    from aima.bootstrap.evaluation import open_workspace  # what follows takes seconds to import
    from aima.cli.evaluation_output import print_report
    from aima.evaluation.run import evaluate as run

    with open_workspace(load_settings()) as workspace:
        with progress_bars(shown=not as_json) as listeners:
            evaluation = run(workspace, truth, parts, listeners)
        written = wanted.write(workspace, evaluation, truth)
    if as_json:
        refused = {what: error.as_dict() for what, error in written.refused.items()}
        emit_json(evaluation.report.model_dump(mode="json") | written.places | {"not_written": refused})
    else:
        print_report(evaluation.report, written)
    if code := _exit_code(evaluation.report, written):
        raise typer.Exit(code)


def _exit_code(report: Report, written: Written) -> int:
    """That of the first result that could not be written, or of files that failed."""
    return next((error.exit_code for error in written.refused.values()), 3 if report.failed else 0)


@contextmanager
def progress_bars(shown: bool) -> Iterator[Listeners]:
    """Live bars on standard error, one for each stage that takes its time."""
    from aima.evaluation.run import Listeners

    if not shown:
        yield Listeners()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[what]}"))
    with Progress(*columns, console=err, transient=True) as bars:
        looking = bars.add_task("analyzing", total=None, what="")
        spoiling = bars.add_task("degrading", total=None, what="", visible=False)

        def look(moment: Moment) -> None:
            bars.update(looking, total=moment.total_s, completed=moment.done_s, what=describe(moment))

        def spoil(done: int, total: int) -> None:
            bars.update(spoiling, total=total, completed=done, visible=True, what=f"{done} of {total} photographs")

        yield Listeners(look, spoil)
