"""Expressions over time: a mean of many uncertain looks is worth more than one."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from aima.domain.observation import EXPRESSIONS
from aima.domain.track import Track
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


def expression_of(tracks: Iterable[Track]) -> Floats | None:
    """Mean expression of a person over tracks, each weighted by its seconds on screen; None without any."""
    seen = [(t.expression, t.end_us - t.start_us) for t in tracks if t.expression is not None]
    if not seen:
        return None
    rows, lengths = zip(*seen, strict=True)
    mean = np.average(np.stack(rows).astype(np.float64), axis=0, weights=np.array(lengths, np.float64))
    return np.asarray(mean / mean.sum(), np.float32)


def name_expression(expression: Floats | None) -> str | None:
    """The most probable expression, "uncertain" where none stands out, None where none was observed."""
    if expression is None:
        return None
    top = int(np.argmax(expression))
    return EXPRESSIONS[top] if float(expression[top]) >= limits.EXPRESSION_CERTAIN else UNCERTAIN
