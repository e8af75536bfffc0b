"""What faces show: answers against labels, all labels and only those that the model knows.

Balanced accuracy is the mean recall over the labels of the truth.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import Field
from sklearn.metrics import accuracy_score, recall_score

from aima.domain.observation import EXPRESSIONS
from aima.evaluation.scores.result import Result
from aima.evaluation.truth import Expression

NO_ANSWER: Final = "none"
ALIASES: Final = {
    "happy": "happiness",
    "joy": "happiness",
    "sad": "sadness",
    "angry": "anger",
    "fearful": "fear",
    "scared": "fear",
    "disgusted": "disgust",
    "surprised": "surprise",
    "calm": "neutral",
}
"""Other words for answers that mean a label."""


class ExpressionFigures(Result):
    """Share of right answers, of all and as the mean over the labels. Null without files."""

    items: int
    accuracy: float | None
    balanced_accuracy: float | None


class ExpressionMistake(Result):
    """A face that was read as something else."""

    file: str
    true: str
    answered: str = Field(description='"none" where there is no answer')


class ExpressionScores(ExpressionFigures):
    """Expressions of all files, whatever their labels."""

    missing: int = Field(description="files without an answer")
    of_known: ExpressionFigures = Field(description="only files whose label is one of the model's classes")
    unknown: dict[str, dict[str, int]] = Field(
        description="labels that are none of the model's classes: how often they were read as what"
    )
    confusion: dict[str, dict[str, int]] = Field(description="number of files by label, by answer")
    mistakes: tuple[ExpressionMistake, ...] = Field(description="by label, answer and file")


def score_expressions(
    truth: Sequence[Expression], found: Mapping[str, str], classes: Sequence[str] = EXPRESSIONS
) -> ExpressionScores:
    """Compares the answer for every labelled file with its label; `classes` are what the model can answer."""
    answers = [(one, _normal(found.get(one.file))) for one in truth]
    confusion = _confusion(answers)
    return ExpressionScores(
        **_figures(answers).model_dump(),
        missing=sum(answer == NO_ANSWER for _, answer in answers),
        of_known=_figures([(one, answer) for one, answer in answers if one.emotion in classes]),
        unknown={label: row for label, row in confusion.items() if label not in classes},
        confusion=confusion,
        mistakes=_mistakes(answers),
    )


def _normal(answer: str | None) -> str:
    if answer is None:
        return NO_ANSWER
    return ALIASES.get(answer.lower(), answer.lower())


def _figures(answers: Sequence[tuple[Expression, str]]) -> ExpressionFigures:
    if not answers:
        return ExpressionFigures(items=0, accuracy=None, balanced_accuracy=None)
    true = [one.emotion for one, _ in answers]
    given = [answer for _, answer in answers]
    return ExpressionFigures(
        items=len(answers),
        accuracy=float(accuracy_score(true, given)),
        # Not balanced_accuracy_score: it warns of answers that are no label of the truth.
        balanced_accuracy=float(recall_score(true, given, labels=sorted(set(true)), average="macro")),
    )


def _confusion(answers: Sequence[tuple[Expression, str]]) -> dict[str, dict[str, int]]:
    counts = Counter((one.emotion, answer) for one, answer in answers)
    rows: dict[str, dict[str, int]] = {label: {} for label, _ in sorted(counts)}
    for (label, answer), count in sorted(counts.items()):
        rows[label][answer] = count
    return rows


def _mistakes(answers: Sequence[tuple[Expression, str]]) -> tuple[ExpressionMistake, ...]:
    wrong = [
        ExpressionMistake(file=one.file, true=one.emotion, answered=answer)
        for one, answer in answers
        if answer != one.emotion
    ]
    return tuple(sorted(wrong, key=lambda mistake: (mistake.true, mistake.answered, mistake.file)))
