"""Expressions: what was read as what, and the faces that were read wrongly."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

from aima.domain.observation import EXPRESSIONS
from aima.domain.text import count
from aima.evaluation.answers import Answers
from aima.evaluation.page.charts import confusion_table
from aima.evaluation.page.elements import Element, element, figure, folded, number, remark, section, strip
from aima.evaluation.page.pictures import Album, face_of
from aima.evaluation.scores.expressions import ExpressionFigures, ExpressionMistake, ExpressionScores

MEANING: Final = (
    "What the face that a picture is of shows: a large one in the middle. Balanced accuracy is the mean share of right "
    "answers over the labels, so that rare expressions weigh as much as frequent ones. Rows are the labels, columns "
    "the answers."
)
APART: Final = "The model has no class for these labels, so no answer can be right:"


def expressions_section(score: ExpressionScores, answers: Answers, album: Album) -> Element:
    """The confusion, labels that the model cannot know apart, and the pictures that were read wrongly."""
    given = {answer for row in score.confusion.values() for answer in row}
    columns = [*EXPRESSIONS, *sorted(given - set(EXPRESSIONS))]
    known = {label: row for label, row in score.confusion.items() if label not in score.unknown}
    return section(
        "expressions",
        "Expressions",
        MEANING,
        _figures("Labels that the model knows", score.of_known),
        _figures("All labels", score),
        confusion_table(known, columns),
        *((element("p", APART), confusion_table(score.unknown, columns)) if score.unknown else ()),
        _wrong(score, answers, album),
        remark(album.note()),
    )


def _figures(what: str, figures: ExpressionFigures) -> Element:
    accuracy, balanced = number(figures.accuracy), number(figures.balanced_accuracy)
    return element("p", f"{what}: {count(figures.items, 'picture')}, accuracy {accuracy}, balanced {balanced}.")


def _wrong(score: ExpressionScores, answers: Answers, album: Album) -> Element | None:
    if not score.mistakes:
        return None
    figures = strip(figure(face_of(wrong.file, answers, album), _caption(wrong)) for wrong in score.mistakes)
    return folded(f"{count(len(score.mistakes), 'picture')} read wrongly", figures)


def _caption(wrong: ExpressionMistake) -> str:
    return f"{wrong.true} read as {wrong.answered}: {PurePosixPath(wrong.file).name}"
