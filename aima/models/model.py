"""A model that is ready to run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Arrays = dict[str, npt.NDArray[Any]]


class Runtime(Protocol):
    """Runs a network: named arrays in, named arrays out."""

    def run(self, inputs: Mapping[str, npt.NDArray[Any]]) -> Arrays:
        """Outputs by name for inputs by name."""
        ...


@dataclass(frozen=True, slots=True)
class Calibration:
    """Turns a similarity into the log-odds that two samples show the same: slope * score + intercept."""

    slope: float
    intercept: float
    measured_on: str = ""

    def log_odds(self, score: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Natural logarithm of the odds, same shape as `score`."""
        return np.asarray(score, np.float64) * self.slope + self.intercept


@dataclass(frozen=True, slots=True)
class Model:
    """A loaded entry of the catalogue.

    thresholds: named operating points of the catalogue entry (for example "detect": 0.5).
    contract: facts about input and output that the analyzer needs (for example "size": 112).
    texts: what came with the weights beside them (for example the characters that a reader knows).
    """

    name: str
    version: str
    task: str
    dimension: int | None
    runtime: Runtime
    thresholds: Mapping[str, float] = field(default_factory=dict)
    contract: Mapping[str, Any] = field(default_factory=dict)
    calibration: Calibration | None = None
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def model_version(self) -> str:
        """Name and version in one word, as it stands in observation keys."""
        return f"{self.name}@{self.version}"
