"""Whether two pictures show the same person: the receiver operating characteristic of the similarities.

A pair without a similarity (a face not found, no vector) counts as one of -1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from pydantic import Field
from sklearn.metrics import roc_auc_score, roc_curve

from aima.evaluation.scores.result import WORST, Result
from aima.evaluation.truth import Pair

UNSCORED: Final = -1.0
FEW_FALSE: Final = 0.001

Numbers = npt.NDArray[np.float64]


class PairMistake(Result):
    """A pair that looks less or more alike than it should."""

    a: str
    b: str
    score: float | None = Field(description="similarity; null where a picture gave no vector")
    log_odds: float | None = Field(description="that both show the same person; null where they are not known")


class PairScores(Result):
    """How well similarities tell the same person from others. Null where the pairs are all of one kind."""

    pairs: int
    unscored: int = Field(description="pairs without a similarity")
    auc: float | None = Field(description="area under the ROC curve")
    eer: float | None = Field(description="equal error rate: (misses + false matches) / 2 where they are closest")
    eer_threshold: float | None = Field(description="similarity at the equal error rate")
    tar_at_far_001: float | None = Field(description="share of same pairs found at 0.1 % false matches")
    missed_at_join: int | None = Field(description="same pairs below the log-odds from which AIMA joins")
    wrong_at_join: int | None = Field(description="different pairs at or above them")
    worst_same: tuple[PairMistake, ...] = Field(description="the same person, least alike first")
    worst_different: tuple[PairMistake, ...] = Field(description="different persons, most alike first")


def score_pairs(
    pairs: Sequence[Pair],
    similarities: Sequence[float | None],
    odds: Sequence[float | None] | None = None,
    least: float = 0.0,
) -> PairScores:
    """Compares pairs with similarities and log-odds in the same order; `least` are the odds from which AIMA joins.

    Raises ValueError if there are not as many of them as pairs.
    """
    if len(pairs) != len(similarities):
        raise ValueError(f"{len(similarities)} similarities for {len(pairs)} pairs")
    if odds is not None and len(pairs) != len(odds):
        raise ValueError(f"{len(odds)} log-odds for {len(pairs)} pairs")
    scored = _scored(pairs, similarities, odds)
    return PairScores(
        pairs=len(pairs),
        unscored=int((~scored.known).sum()),
        **_curve(scored),
        **_at_join(scored, least),
        worst_same=scored.shown(np.flatnonzero(scored.same), rising=True),
        worst_different=scored.shown(np.flatnonzero(~scored.same), rising=False),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Scored:
    """pairs with their figures, all [n]. odds: log-odds, NaN for the pairs that have none; None if nobody asks."""

    pairs: Sequence[Pair]
    same: npt.NDArray[np.bool_]
    known: npt.NDArray[np.bool_]
    scores: Numbers
    odds: Numbers | None

    def shown(self, chosen: npt.NDArray[np.intp], *, rising: bool) -> tuple[PairMistake, ...]:
        """The first of the chosen pairs by similarity."""
        order = np.argsort(self.scores[chosen] if rising else -self.scores[chosen], kind="stable")
        return tuple(self._mistake(int(number)) for number in chosen[order[:WORST]])

    def _mistake(self, number: int) -> PairMistake:
        pair, known = self.pairs[number], bool(self.known[number])
        return PairMistake(
            a=pair.a,
            b=pair.b,
            score=float(self.scores[number]) if known else None,
            log_odds=float(self.odds[number]) if self.odds is not None and np.isfinite(self.odds[number]) else None,
        )


def _scored(
    pairs: Sequence[Pair], similarities: Sequence[float | None], odds: Sequence[float | None] | None
) -> _Scored:
    raw = _numbers(similarities)
    known = np.isfinite(raw)
    scores = np.where(known, raw, UNSCORED)
    return _Scored(
        pairs=pairs,
        same=np.array([pair.same == 1 for pair in pairs], bool),
        known=known,
        scores=scores,
        odds=None if odds is None else _numbers(odds),
    )


def _numbers(values: Sequence[float | None]) -> Numbers:
    """NaN where there is none."""
    return np.array([np.nan if value is None else value for value in values], np.float64)


def _curve(scored: _Scored) -> dict[str, float | None]:
    if scored.same.all() or not scored.same.any():
        return dict.fromkeys(("auc", "eer", "eer_threshold", "tar_at_far_001"))
    # Every threshold is wanted: the closest one to equal errors is often a collinear point.
    false, true, thresholds = roc_curve(scored.same, scored.scores, drop_intermediate=False)
    # From the count: 1 - true carries a rounding error that would decide between equally close thresholds.
    missed = np.rint((1 - true) * scored.same.sum()) / scored.same.sum()
    # From the lowest threshold, so that the first of equally close ones is the one that finds the most.
    best = len(missed) - 1 - int(np.argmin(np.abs(missed - false)[::-1]))
    return {
        "auc": float(roc_auc_score(scored.same, scored.scores)),
        "eer": float((missed[best] + false[best]) / 2),
        "eer_threshold": float(thresholds[best]),
        "tar_at_far_001": float(true[false <= FEW_FALSE].max()),
    }


def _at_join(scored: _Scored, least: float) -> dict[str, int | None]:
    if scored.odds is None:
        return {"missed_at_join": None, "wrong_at_join": None}
    joined = scored.odds >= least
    return {
        "missed_at_join": int((scored.same & ~joined).sum()),
        "wrong_at_join": int((~scored.same & joined).sum()),
    }
