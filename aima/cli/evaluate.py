"""`aima eval`: how right AIMA is on a labelled folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn

from aima.cli.analyze import describe
from aima.cli.output import JsonFlag, emit_json, err, speaks
from aima.settings import load_settings

if TYPE_CHECKING:
    from aima.evaluation.run import Evaluation, Listeners
    from aima.evaluation.truth import Truth
    from aima.evaluation.workspace import Workspace
    from aima.pipeline.progress import Progress as Moment

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
    cards: Annotated[
        Path | None, typer.Option(help="File for the figures of every built model, as model cards show them.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Measure how right AIMA is on labelled media, in a throw-away workspace with the purpose "evaluation"."""
    from aima.evaluation.parts import chosen_parts
    from aima.evaluation.reading import read_truth

    parts, truth = chosen_parts(only), read_truth(folder)
    wanted = _Wanted(predictions, report, cards)
    wanted.check()

    from aima.bootstrap.evaluation import open_workspace  # what follows takes seconds to import
    from aima.cli.evaluation_output import print_report
    from aima.evaluation.run import evaluate as run

    with open_workspace(load_settings()) as workspace:
        with progress_bars(shown=not as_json) as listeners:
            evaluation = run(workspace, truth, parts, listeners)
        places = wanted.write(workspace, evaluation, truth)
    if as_json:
        emit_json(evaluation.report.model_dump(mode="json") | places)
    else:
        print_report(evaluation.report, places)
    if evaluation.report.failed:
        raise typer.Exit(3)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Where the user wants what. Without a place the report has its usual one; the others are left out."""

    predictions: Path | None
    report: Path | None
    cards: Path | None

    def check(self) -> None:
        """Before any work: whether it could be written there.

        Raises:
            OutputRefused: it could not.
        """
        from aima.evaluation.predictions import check_replaceable, check_writable

        if self.predictions is not None:
            check_replaceable(self.predictions)
        for file in (self.report, self.cards):
            if file is not None:
                check_writable(file)

    def write(self, workspace: Workspace, evaluation: Evaluation, truth: Truth) -> dict[str, str | None]:
        """Write everything; places by what lies there."""
        from aima.evaluation.cards import make_cards, write_cards
        from aima.evaluation.predictions import write_predictions

        written: dict[str, str | None] = {"predictions": None, "cards": None}
        if self.predictions is not None:
            written["predictions"] = str(write_predictions(evaluation, self.predictions))
        if self.cards is not None:
            write_cards(make_cards(evaluation.report, truth, workspace.settings), self.cards)
            written["cards"] = str(self.cards.absolute())
        return written | {"report": str(_write_report(workspace, evaluation, self.report))}


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
