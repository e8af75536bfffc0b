from __future__ import annotations

import pytest
from pydantic import ValidationError

from aima.evaluation.scores.counts import score_counts
from aima.evaluation.scores.result import f1, share


def test_figures_of_nothing_are_null() -> None:
    assert share(0, 0) is None
    assert f1(0, 0, 0) is None


def test_f1_is_the_harmonic_mean_of_precision_and_recall() -> None:
    precision, recall = share(6, 8), share(6, 12)
    assert precision == 0.75
    assert recall == 0.5
    assert f1(6, 2, 6) == pytest.approx(2 * precision * recall / (precision + recall))


def test_f1_without_a_hit_is_zero() -> None:
    assert f1(0, 3, 0) == 0.0


def test_results_are_frozen() -> None:
    score = score_counts({"a": 1}, {"a": 1})
    with pytest.raises(ValidationError, match="frozen"):
        score.mae = 0.5  # type: ignore[misc]
