"""Where the results of an evaluation go: predictions, model cards and the report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from aima.errors import AimaError
from aima.evaluation.predictions import check_replaceable, check_writable, refusal, write_predictions

if TYPE_CHECKING:
    from aima.evaluation.run import Evaluation
    from aima.evaluation.truth import Truth
    from aima.evaluation.workspace import Workspace


@dataclass(slots=True)
class Written:
    """What was written where, and why the rest was not, by what it is. A place is None if it was not asked for."""

    places: dict[str, str | None] = field(default_factory=dict)
    refused: dict[str, AimaError] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where the user wants what. Without a place the report has its usual one; the others are left out."""

    predictions: Path | None
    report: Path | None
    cards: Path | None

    @classmethod
    def of(cls, predictions: Path | None, report: Path | None, cards: Path | None) -> Wanted:
        """The places as the user wrote them, ~ being a home.

        Raises:
            OutputRefused: nobody has that home.
        """
        return cls(_expanded(predictions), _expanded(report), _expanded(cards))

    def check(self) -> None:
        """Before any work: whether it could be written there.

        Raises:
            OutputRefused: it could not.
        """
        if self.predictions is not None:
            check_replaceable(self.predictions)
        for file in (self.report, self.cards):
            if file is not None:
                check_writable(file)

    def write(self, workspace: Workspace, evaluation: Evaluation, truth: Truth) -> Written:
        """Write everything that can be written."""
        usual = workspace.settings.home / "evaluations"
        steps: dict[str, tuple[Path | None, Callable[[Path], Path]]] = {
            "predictions": (self.predictions, lambda place: write_predictions(evaluation, place)),
            "cards": (self.cards, lambda place: _write_cards(workspace, evaluation, truth, place)),
            "report": (self.report or usual, lambda place: _write_report(workspace, evaluation, place, usual)),
        }
        written = Written()
        for what, (place, step) in steps.items():
            try:
                written.places[what] = None if place is None else str(step(place).absolute())
            except AimaError as error:
                written.refused[what] = error
            except OSError as error:
                written.refused[what] = refusal(place or usual, error)
        return written


def new_folder(below: Path) -> Path:
    """Make a folder that is named after the moment; two of one second get different ones.

    Raises:
        OSError: it cannot be made.
    """
    below.mkdir(parents=True, exist_ok=True)
    moment = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S")
    made, number = below / moment, 1
    while True:
        try:
            made.mkdir()
        except FileExistsError:
            number += 1
            made = below / f"{moment}-{number}"
        else:
            return made


def _expanded(path: Path | None) -> Path | None:
    try:
        return None if path is None else path.expanduser()
    except RuntimeError as error:
        raise refusal(Path(str(path)), error) from error


def _write_cards(workspace: Workspace, evaluation: Evaluation, truth: Truth, place: Path) -> Path:
    from aima.evaluation.cards import make_cards, write_cards

    write_cards(make_cards(evaluation.report, truth, workspace.settings), place)
    return place


def _write_report(workspace: Workspace, evaluation: Evaluation, place: Path, usual: Path) -> Path:
    """Write the page, and beside one that gets its usual place the figures as JSON; the path of the page."""
    from aima.evaluation.page import write_page
    from aima.services.markup import publish

    if place == usual:
        place = new_folder(usual) / "report.html"
        publish(evaluation.report.model_dump_json(indent=1), place.with_name("report.json"))
    report, answers, truth = evaluation.report, evaluation.answers, evaluation.truth
    return write_page(report, answers, truth, workspace.archive, place, workspace.settings.media)
