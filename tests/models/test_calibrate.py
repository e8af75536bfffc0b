import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.models.calibrate import fit_calibration


def normal_scores(mean, sigma, count, seed):
    return np.random.default_rng(seed).normal(mean, sigma, count)


def test_gaussian_scores_give_the_line_that_theory_gives():
    """Equal variances: log-odds = (m1 - m0) / s^2 * (x - (m1 + m0) / 2)."""
    same, other = normal_scores(0.6, 0.1, 20_000, 1), normal_scores(0.3, 0.1, 20_000, 2)
    found = fit_calibration(np.r_[same, other], np.r_[np.ones(20_000), np.zeros(20_000)], prior=0.5)
    assert found.slope == pytest.approx(30, rel=0.05)
    assert found.log_odds(0.45) == pytest.approx(0, abs=0.1)


def test_the_prior_moves_the_line_and_not_its_slope():
    scores, same = [0.1, 0.2, 0.4, 0.3, 0.6, 0.8], [0, 0, 0, 1, 1, 1]
    even, careful = (fit_calibration(scores, same, prior=p, measured_on="six") for p in (0.5, 0.1))
    assert careful.slope == pytest.approx(even.slope)
    assert careful.intercept - even.intercept == pytest.approx(math.log(0.1 / 0.9))
    assert careful.measured_on == "six"


@settings(deadline=None, derandomize=True, max_examples=30)
@given(
    low=st.lists(st.floats(-1, 0.3), min_size=2, max_size=40, unique=True),
    high=st.lists(st.floats(0.5, 1), min_size=2, max_size=40, unique=True),
)
def test_perfect_separation_keeps_a_finite_rising_line(low, high):
    truth = [0] * len(low) + [1] * len(high)
    found = fit_calibration(low + high, truth, prior=0.5)
    assert 0 < found.slope < 1e4
    assert math.isfinite(found.intercept)
    # The mean of each class cannot be more certain than its drawn-in target.
    assert found.log_odds(np.mean(low)) < found.log_odds(np.mean(high))


def test_more_pairs_allow_more_certainty():
    few = fit_calibration([0.1, 0.2, 0.7, 0.8], [0, 0, 1, 1])
    many = fit_calibration([0.1, 0.2, 0.7, 0.8] * 100, [0, 0, 1, 1] * 100)
    assert many.slope > 2 * few.slope


@pytest.mark.parametrize(("scores", "same"), [([0.1, 0.2], [1, 1]), ([0.1, 0.2], [0, 0]), ([0.5, 0.5], [0, 1])])
def test_scores_that_say_nothing_are_refused(scores, same):
    with pytest.raises(ValueError, match="both classes"):
        fit_calibration(scores, same)
