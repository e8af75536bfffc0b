"""Who is seen when: time of each person in a clip, found, missed and false.

Cells of 0.1 s, a collar of 0.25 s, predicted persons assigned to true ones with the greatest overlap; optional time
and background faces are neither missed nor false. All figures count seconds of a person, so a clip with two persons
weighs twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean
from typing import Literal

from pydantic import Field

from aima.evaluation.answers import Persons
from aima.evaluation.scores.presence import STEP, Cells, Presence, compare, runs
from aima.evaluation.scores.result import Result, f1, share
from aima.evaluation.truth import Clip


class Mistake(Result):
    """A stretch of a clip that is wrong."""

    kind: Literal["missed", "false", "swapped"] = Field(
        description="missed: nobody wrong is there instead; false: nobody is missed instead; swapped: person is shown "
        "as predicted, who stands for somebody else or for nobody"
    )
    person: str | None = Field(description="true person that is not found; null if false")
    predicted: str | None = Field(description="predicted person that should not be there; null if missed")
    start: float = Field(description="seconds")
    end: float = Field(description="seconds")


class PersonMatch(Result):
    """How well one true person is found."""

    predicted: str | None = Field(description="the predicted person that stands for it, null if none does")
    f1: float


class ClipScore(Result):
    """Persons of one clip. Figures are null where nobody must be found for as long as a cell outside of the collars."""

    f1: float | None
    precision: float | None = Field(description="share of the predicted time that is right; null if nothing counts")
    recall: float | None = Field(description="share of the required time that is found")
    persons_true: int = Field(description="persons who must be found")
    persons_predicted: int
    persons_counted: int = Field(description="predicted persons of at least a second that nothing excuses")
    false_persons: int = Field(description="those of persons_counted that stand for nobody")
    purity: float | None = Field(description="share of a predicted person's time that is its main true person's")
    coverage: float | None = Field(description="share of a true person's time that its main predicted person covers")
    by_person: dict[str, PersonMatch] = Field(description="by the true person")
    mistakes: tuple[Mistake, ...] = Field(description="by time")


class PersonScores(Result):
    """Persons of all clips."""

    mean_f1: float | None = Field(description="over the clips where somebody must be found; null without such")
    false_persons: int = Field(description="in all clips together")
    clips: dict[str, ClipScore]


def score_clips(clips: Mapping[str, Clip], found: Mapping[str, Persons]) -> PersonScores:
    """Compares every clip with its answers; in a clip without answers nobody was found."""
    scores = {name: score_clip(clip, found.get(name, {})) for name, clip in clips.items()}
    measured = [score.f1 for score in scores.values() if score.f1 is not None]
    return PersonScores(
        mean_f1=fmean(measured) if measured else None,
        false_persons=sum(score.false_persons for score in scores.values()),
        clips=scores,
    )


def score_clip(clip: Clip, persons: Persons) -> ClipScore:
    """Compares the persons of one clip with those found in it."""
    seen = compare(clip, persons)
    counts = bool((seen.required & ~seen.free).any())
    return ClipScore(
        **(_figures(seen) if counts else dict.fromkeys(("f1", "precision", "recall", "purity", "coverage"))),
        persons_true=int(seen.required.any(axis=1).sum()),
        persons_predicted=len(seen.predicted),
        persons_counted=len(seen.solid),
        false_persons=len(set(seen.solid) - set(seen.matched.values())),
        by_person=_by_person(seen),
        mistakes=_mistakes(seen),
    )


def _figures(seen: Presence) -> dict[str, float | None]:
    overlap = seen.overlap
    hits = sum(int(overlap[pair]) for pair in seen.matched.items())
    wrong, missed = int(seen.false.sum()), int(seen.missed.sum())
    return {
        "f1": f1(hits, wrong, missed) or 0.0,
        "precision": share(hits, hits + wrong),
        "recall": share(hits, hits + missed),
        "purity": share(overlap.max(axis=0, initial=0).sum(), overlap.sum()),
        "coverage": share(overlap.max(axis=1, initial=0).sum(), hits + missed),
    }


def _by_person(seen: Presence) -> dict[str, PersonMatch]:
    return {name: _match(seen, row) for row, name in enumerate(seen.persons) if seen.required[row].any()}


def _match(seen: Presence, row: int) -> PersonMatch:
    column = seen.matched.get(row)
    if column is None:
        return PersonMatch(predicted=None, f1=0.0)
    figure = f1(int(seen.overlap[row, column]), int(seen.false[column].sum()), int(seen.missed[row].sum()))
    return PersonMatch(predicted=seen.predicted[column], f1=figure or 0.0)


def _mistakes(seen: Presence) -> tuple[Mistake, ...]:
    missed, false = seen.missed.copy(), seen.false.copy()
    found: list[Mistake] = []
    for row, person in enumerate(seen.persons):
        for column, predicted in enumerate(seen.predicted):
            both = missed[row] & false[column]
            missed[row] &= ~both
            false[column] &= ~both
            found += _stretches(both, "swapped", person, predicted)
        found += _stretches(missed[row], "missed", person, None)
    for column, predicted in enumerate(seen.predicted):
        found += _stretches(false[column], "false", None, predicted)
    return tuple(sorted(found, key=lambda mistake: (mistake.start, mistake.end)))


def _stretches(
    row: Cells, kind: Literal["missed", "false", "swapped"], person: str | None, predicted: str | None
) -> list[Mistake]:
    return [
        Mistake(kind=kind, person=person, predicted=predicted, start=round(first * STEP, 1), end=round(end * STEP, 1))
        for first, end in runs(row)
    ]
