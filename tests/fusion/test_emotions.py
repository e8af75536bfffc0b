import numpy as np
import pytest

from aima.domain.observation import EXPRESSIONS
from aima.fusion.emotions import expression_of, mean_expression, name_expression


def only(name: str) -> np.ndarray:
    return np.array([float(name == other) for other in EXPRESSIONS], np.float32)


def test_the_mean_is_weighted_by_quality_and_skips_what_was_not_seen():
    rows = np.stack([only("anger"), only("fear"), np.full(7, np.nan, np.float32)])
    mean = mean_expression(rows, np.array([0.6, 0.2, 1.0], np.float32))
    assert mean.tolist() == pytest.approx((0.75 * only("anger") + 0.25 * only("fear")).tolist())
    assert mean_expression(rows[2:], np.ones(1, np.float32)) is None
    assert mean_expression(np.zeros((3, 0), np.float32), np.ones(3, np.float32)) is None


def test_a_persons_expression_is_weighted_by_time_on_screen():
    mean = expression_of([(only("happiness"), 30), (tuple(only("surprise")), 10), (None, 500)])
    assert mean[EXPRESSIONS.index("happiness")] == pytest.approx(0.75)
    assert expression_of([(None, 9)]) is None


def test_an_expression_has_a_name_only_if_it_stands_out():
    assert name_expression(only("sadness")) == "sadness"
    assert name_expression(np.full(7, 1 / 7, np.float32)) == "uncertain"
    assert name_expression(None) is None
