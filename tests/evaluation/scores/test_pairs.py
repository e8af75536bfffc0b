from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.evaluation.scores.pairs import PairScores, score_pairs
from aima.evaluation.truth import Pair


def pairs(*same: int) -> list[Pair]:
    return [Pair(a=f"a{number}", b=f"b{number}", same=one) for number, one in enumerate(same)]


FOUR = pairs(1, 0, 1, 0)


def test_similarities_that_tell_all_pairs_apart() -> None:
    score = score_pairs(FOUR, [0.9, 0.1, 0.8, 0.2])
    assert (score.auc, score.eer, score.eer_threshold, score.tar_at_far_001) == (1, 0, 0.8, 1)
    assert (score.pairs, score.unscored) == (4, 0)


def test_area_is_the_share_of_right_orders() -> None:
    # Of four comparisons of a same with a different pair only 0.3 against 0.5 is wrong.
    score = score_pairs(FOUR, [0.9, 0.5, 0.3, 0.2])
    assert score.auc == 0.75
    assert score.eer == 0.5
    assert score.tar_at_far_001 == 0.5


def test_equal_similarities_are_a_coin_toss() -> None:
    assert score_pairs(FOUR, [0.4] * 4).auc == 0.5


def test_equal_error_rate_looks_at_thresholds_on_a_straight_stretch() -> None:
    # Errors (misses, false matches) by threshold: 0.1 (0, 1), 0.2 (1/3, 1), 0.3 (1/3, 2/3), 0.4 (1/3, 1/3), ...
    score = score_pairs(pairs(1, 0, 0, 0, 1, 1), [0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    assert score.eer == pytest.approx(1 / 3)
    assert score.eer_threshold == 0.4


@pytest.mark.parametrize("nothing", [None, float("nan")])
def test_a_pair_without_similarity_counts_as_opposite(nothing: float | None) -> None:
    score = score_pairs(FOUR, [nothing, 0.1, 0.8, 0.2])
    assert score.unscored == 1
    assert score.auc == 0.5
    assert (score.worst_same[0].a, score.worst_same[0].score) == ("a0", None)


@pytest.mark.parametrize("same", [(), (1, 1), (0, 0)])
def test_pairs_of_one_kind_have_no_curve(same: tuple[int, ...]) -> None:
    score = score_pairs(pairs(*same), [0.3] * len(same))
    assert (score.auc, score.eer, score.eer_threshold, score.tar_at_far_001) == (None, None, None, None)


def test_other_numbers_of_similarities_are_refused() -> None:
    with pytest.raises(ValueError, match="3 similarities for 4 pairs"):
        score_pairs(FOUR, [0.1, 0.2, 0.3])
    with pytest.raises(ValueError, match="3 log-odds for 4 pairs"):
        score_pairs(FOUR, [0.1] * 4, [0.1] * 3)


def test_joins_are_counted_by_the_log_odds_and_not_by_the_similarities() -> None:
    score = score_pairs(FOUR, [0.55, 0.75, 0.9, None], [0.5, 2.5, 2.0, None], least=2.0)
    assert (score.missed_at_join, score.wrong_at_join) == (1, 1)
    assert [one.log_odds for one in score.worst_different] == [2.5, None]
    assert score_pairs(FOUR, [0.5] * 4).missed_at_join is None
    assert score_pairs(FOUR, [0.5] * 4).worst_same[0].log_odds is None


def test_a_pair_without_log_odds_is_never_joined() -> None:
    score = score_pairs(FOUR, [None] * 4, [None] * 4, least=-9.0)
    assert (score.missed_at_join, score.wrong_at_join) == (2, 0)


def test_the_worst_pairs_of_each_kind_come_first() -> None:
    scores = [number / 100 for number in range(40)]
    score = score_pairs(pairs(*[1, 0] * 20), scores)
    assert [one.score for one in score.worst_same] == scores[0:24:2]
    assert [one.score for one in score.worst_different] == scores[39:16:-2]


@given(st.lists(st.tuples(st.integers(0, 1), st.floats(-1, 1)), max_size=30))
@settings(deadline=None, derandomize=True, max_examples=100)
def test_area_is_the_share_of_same_pairs_above_different_ones(rows: list[tuple[int, float]]) -> None:
    score = score_pairs(pairs(*(same for same, _ in rows)), [value for _, value in rows])
    orders = [np.sign(yes - no) for same, yes in rows if same for other, no in rows if not other]
    assert score.auc == (pytest.approx((np.mean(orders) + 1) / 2) if orders else None)
    assert PairScores.model_validate_json(score.model_dump_json()) == score
