"""Who speaks when: diarization error rate (NIST, RT-09), overlapping speech scored, a quarter of a second around the
true borders of turns left out, speakers found matched with true ones so that the most is right."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Final

from pyannote.core import Annotation, Segment, Timeline
from pyannote.metrics.diarization import DiarizationErrorRate
from pydantic import Field

from aima.evaluation.scores.result import Result, share
from aima.evaluation.truth import Talk, TrueTurn

COLLAR: Final = 0.25
"""Seconds before and after each true border."""


STEP: Final = 0.01
"""Seconds to which times are rounded, as scorers have it that go through time in steps."""


class TurnFigures(Result):
    """Time of speakers in one recording, in seconds. Two speakers at once count twice."""

    scored: float
    missed: float
    false: float
    confused: float = Field(description="taken for somebody else")
    der: float | None = Field(description="missed, false and confused per second scored; null where nobody speaks")
    speakers: int
    found: int = Field(description="speakers found")
    matched: dict[str, str] = Field(description="true speaker by speaker found")


class TurnScores(Result):
    """Diarization error rates by recording."""

    files: dict[str, float | None]
    mean: float | None = Field(description="over the recordings")
    figures: dict[str, TurnFigures]


def score_turns(talks: Mapping[str, Talk], found: Mapping[str, Sequence[TrueTurn]]) -> TurnScores:
    """Compares the turns of every recording; without an answer nobody was heard in it."""
    figures = {name: _score(talk.turns, found.get(name, ())) for name, talk in talks.items()}
    rates = [one.der for one in figures.values() if one.der is not None]
    return TurnScores(
        files={name: one.der for name, one in figures.items()}, mean=fmean(rates) if rates else None, figures=figures
    )


def _score(true: Sequence[TrueTurn], found: Sequence[TrueTurn]) -> TurnFigures:
    reference, hypothesis = _annotation(true), _annotation(found)
    scored = _scored(true, max((turn.end for turn in (*true, *found)), default=0.0))
    metric = DiarizationErrorRate()
    parts = metric(reference, hypothesis, uem=scored, detailed=True)
    missed, false, confused = (float(parts[name]) for name in ("missed detection", "false alarm", "confusion"))
    return TurnFigures(
        scored=float(parts["total"]),
        missed=missed,
        false=false,
        confused=confused,
        der=share(missed + false + confused, parts["total"]),
        speakers=len(reference.labels()),
        found=len(hypothesis.labels()),
        matched=dict(metric.optimal_mapping(reference, hypothesis, uem=scored)),
    )


def _scored(true: Sequence[TrueTurn], end: float) -> Timeline:
    """What is not near a border: of every true turn, also where the same speaker goes on."""
    borders = [_rounded(border) for turn in true for border in (turn.start, turn.end)]
    collars = Timeline(Segment(border - COLLAR, border + COLLAR) for border in borders).support()
    return collars.gaps(support=Segment(0.0, end + STEP))


def _annotation(turns: Iterable[TrueTurn]) -> Annotation:
    """Turns as the library has them; one speaker never counts twice at a time."""
    made = Annotation()
    for number, turn in enumerate(turns):
        made[Segment(_rounded(turn.start), _rounded(turn.end)), number] = turn.speaker
    return made.support()


def _rounded(seconds: float) -> float:
    """To the nearest step; what lies between two goes to the earlier one."""
    return math.ceil(seconds / STEP - 0.5 - 1e-9) * STEP
