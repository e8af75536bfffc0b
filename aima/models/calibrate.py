"""From similarities to log-odds: Platt scaling, made careful against false joins."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from aima.models.model import Calibration

PRIOR = 0.2
"""Of the pairs that are compared, how many show the same: below a half, since a false join costs more than a miss."""


def fit_calibration(
    scores: npt.ArrayLike, same: npt.ArrayLike, prior: float = PRIOR, measured_on: str = ""
) -> Calibration:
    """Logistic calibration of similarities [n] with their truth [n] (true or 1: the same).

    Platt, "Probabilistic Outputs for Support Vector Machines" (1999): targets are drawn in from 0 and 1 by the number
    of samples, so that perfectly separated scores give a finite slope. Both classes weigh the same; `prior` moves the
    point of log-odds 0.

    Raises:
        ValueError: only one class, or scores of different pairs do not differ.
    """
    x, y = np.asarray(scores, np.float64), np.asarray(same, bool)
    positives, negatives = int(y.sum()), int((~y).sum())
    spread = float(x.std())
    if not positives or not negatives or spread == 0:
        raise ValueError("calibration needs scores of both classes that differ")
    targets = np.where(y, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    weights = np.where(y, 0.5 / positives, 0.5 / negatives)
    # Standardised, so that the search starts at a fitting scale for any similarity.
    middle = float(x.mean())
    slope, intercept = _logistic((x - middle) / spread, targets, weights)
    slope /= spread
    return Calibration(slope, intercept - slope * middle + math.log(prior / (1 - prior)), measured_on)


def _logistic(
    x: npt.NDArray[np.float64], targets: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]
) -> tuple[float, float]:
    """Slope and intercept with the least weighted cross-entropy."""

    def loss(line: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        odds = line[0] * x + line[1]
        errors = weights * (1 / (1 + np.exp(-odds)) - targets)
        return float(weights @ (np.logaddexp(0, odds) - targets * odds)), np.array([errors @ x, errors.sum()])

    line = minimize(loss, np.array([1.0, 0.0]), jac=True, method="BFGS", options={"gtol": 1e-9}).x
    return float(line[0]), float(line[1])
