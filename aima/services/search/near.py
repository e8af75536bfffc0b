"""The nearest vectors of one model version, and how likely each shows the same."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from aima.errors import ModelMissing
from aima.models.catalogue import catalogue
from aima.models.model import Calibration
from aima.services.search.answers import Band
from aima.settings import Settings
from aima.stores.vectors import Hit, Space, VectorKind, VectorStore

GROUPS: Final = 500
"""Contents up to which the store itself is asked to look in these alone."""
MOST: Final = 16_384
"""Answers that vector stores give at most."""
UNCALIBRATED: Final = Calibration(12.0, -9.6, "nothing: the catalogue entry has none")

Vector = npt.NDArray[np.float32]


class Spaces(Protocol):
    """Which model version answers."""

    def space(self, kind: VectorKind) -> Space | None:
        """The space that is active; None: the archive has no such vectors."""
        ...


class Near:
    """Asks the vector store, which is opened when it is first needed."""

    def __init__(self, settings: Settings, spaces: Spaces, vectors: Callable[[], VectorStore]) -> None:
        self._settings, self._spaces, self._vectors = settings, spaces, vectors

    def space(self, kind: VectorKind) -> Space | None:
        """The space that answers now; everything of one search must be asked of one and the same."""
        return self._spaces.space(kind)

    def hits(self, space: Space, vector: Vector, wanted: int, contents: Collection[str] | None = None) -> list[Hit]:
        """At least so many of the nearest, best first, if there are; of these contents only, if given.

        vector: float32 [dimension], L2-normalised.

        Raises:
            StoreUnreachable, StackDown: the vectors do not answer.
        """
        if contents is not None and not contents:
            return []
        groups = contents if contents is not None and len(contents) <= GROUPS else None
        asked = min(wanted, MOST)
        while True:
            found = self._vectors().search(space, vector[None], asked, groups)[0]
            kept = [hit for hit in found if contents is None or hit.group in contents]
            if len(kept) >= wanted or len(found) < asked:
                return kept
            if asked == MOST:  # all of the nearest lie elsewhere: these contents are asked alone, some at a time
                return kept if contents is None else self._vectors().search(space, vector[None], MOST, contents)[0]
            asked = min(4 * asked, MOST)

    def log_odds(self, space: Space, score: float, *, sentences: bool = False) -> float:
        """Log-odds that a cosine of this space means the same, by the catalogue's calibration, or that of sentences."""
        entry = catalogue(self._settings).get(model_of(space))
        record = ((entry.sentences if sentences else None) or entry.calibration) if entry else None
        known = Calibration(record.slope, record.intercept) if record else UNCALIBRATED
        return float(known.log_odds(score))

    def band(self, log_odds: float) -> Band:
        """What the thresholds of identity say of these log-odds."""
        identity = self._settings.identity
        if log_odds >= identity.join:
            return "join"
        return "review" if log_odds >= identity.review else "unlikely"


def model_of(space: Space) -> str:
    """Catalogue name of the model of a space."""
    return space.model_version.partition("@")[0]


def demand_version(space: Space, present: str) -> None:
    """Refuse to compare vectors of two versions.

    Raises:
        ModelMissing: what is installed makes other vectors than those of the space.
    """
    if space.model_version != present:
        raise ModelMissing(
            f"the archive's vectors are of {space.model_version}, here is {present}",
            "run aima analyze on the archive again, or take the other model: aima models switch --help",
        )
