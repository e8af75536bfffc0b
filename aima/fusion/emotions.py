"""Expressions over time: a mean of many uncertain looks is worth more than one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from aima.domain.observation import EXPRESSIONS
from aima.fusion import thresholds as limits
from aima.fusion.observed import Floats, known

UNCERTAIN = "uncertain"


def mean_expression(expressions: Floats, quality: Floats) -> Floats | None:
    """Mean of probabilities [n, 7] weighted by quality [n], without rows of NaN; None if none is left."""
    there = known(expressions)
    if not there.any():
        return None
    weights = np.maximum(quality[there].astype(np.float64), 1e-3)
    mean = np.average(expressions[there].astype(np.float64), axis=0, weights=weights)
    return np.asarray(mean / mean.sum(), np.float32)


def expression_of(seen: Iterable[tuple[Sequence[float] | Floats | None, int]]) -> Floats | None:
    """Mean expression of a person over (expression of a track, its length), weighted by length; None without any."""
    given = [(expression, length) for expression, length in seen if expression is not None]
    if not given:
        return None
    rows, lengths = zip(*given, strict=True)
    mean = np.average(np.array(rows, np.float64), axis=0, weights=np.array(lengths, np.float64))
    return np.asarray(mean / mean.sum(), np.float32)


def name_expression(expression: Sequence[float] | Floats | None) -> str | None:
    """The most probable expression, "uncertain" where none stands out, None where none was observed."""
    if expression is None:
        return None
    top = int(np.argmax(expression))
    return EXPRESSIONS[top] if float(expression[top]) >= limits.EXPRESSION_CERTAIN else UNCERTAIN
