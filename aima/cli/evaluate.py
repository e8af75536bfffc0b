"""`aima eval`: how right AIMA is on a labelled folder."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aima.cli.analyze import progress_bar
from aima.cli.output import JsonFlag, emit_json, speaks
from aima.settings import load_settings

if TYPE_CHECKING:
    from aima.evaluation.run import Evaluation
    from aima.evaluation.workspace import Workspace

ONLY = "Parts to measure, by comma: faces, boxes, counts, identities, persons, cuts, emotion, degraded; default: all."


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
    as_json: JsonFlag = False,
) -> None:
    """Measure how right AIMA is on labelled media, in a throw-away workspace with the purpose "evaluation"."""
    from aima.bootstrap.evaluation import open_workspace
    from aima.cli.evaluation_output import print_report
    from aima.evaluation.parts import chosen_parts
    from aima.evaluation.predictions import check_replaceable, check_writable, write_predictions
    from aima.evaluation.reading import read_truth
    from aima.evaluation.run import evaluate as run

    parts, truth = chosen_parts(only), read_truth(folder)
    if predictions is not None:
        check_replaceable(predictions)
    if report is not None:
        check_writable(report)
    with open_workspace(load_settings()) as workspace:
        with progress_bar(shown=not as_json) as listener:
            evaluation = run(workspace, truth, parts, listener)
        if predictions is not None:
            predictions = write_predictions(evaluation, predictions)
        page = _write_report(workspace, evaluation, report)
    if as_json:
        places = {"report": str(page), "predictions": predictions and str(predictions)}
        emit_json(evaluation.report.model_dump(mode="json") | places)
    else:
        print_report(evaluation.report, page, predictions)
    if evaluation.report.failed:
        raise typer.Exit(3)


def _write_report(workspace: Workspace, evaluation: Evaluation, wanted: Path | None) -> Path:
    """Write the page, and beside one that gets its usual place the figures as JSON; the path of the page."""
    from aima.evaluation.page import write_page
    from aima.services.markup import publish

    settings = workspace.settings
    if wanted is None:
        made = settings.home / "evaluations" / datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S")
        wanted = made / "report.html"
        publish(evaluation.report.model_dump_json(indent=1), made / "report.json")
    report, answers, truth = evaluation.report, evaluation.answers, evaluation.truth
    return write_page(report, answers, truth, workspace.archive, wanted, settings.media).absolute()
