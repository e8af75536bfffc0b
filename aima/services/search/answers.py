"""What a search answers: moments with their reasons, and what could not be asked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from aima.stores.moments import Place

Ask = Literal["face", "image", "text", "said", "object", "expression", "person"]
Band = Literal["join", "review", "unlikely"]
"""join: as alike as fusion wants to join; review: a person should look; unlikely: only the nearest there is."""

EvidenceKind = Literal["track", "finding", "utterance", "shot", "observation", "person"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a reason rests on, by id; shots have their number."""

    kind: EvidenceKind
    id: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a moment was found: what matched, and how strongly in log-odds. band: of faces and pictures.

    marks: where words stand in `text` that were asked for, [from, to) in characters.
    """

    ask: Ask
    text: str
    log_odds: float
    evidence: tuple[Evidence, ...]
    band: Band | None = None
    marks: tuple[tuple[int, int], ...] = ()

    @property
    def probability(self) -> float:
        """The log-odds as 0..1."""
        return probability(self.log_odds)


@dataclass(frozen=True, slots=True)
class Answer:
    """A moment [start_us, end_us) of a medium.

    score: sum of the log-odds of the best reason of each thing asked for. who: labels of the persons who are seen then.
    picture: of the best match, relative to the archive; None: none is kept.
    """

    place: Place
    start_us: int
    end_us: int
    score: float
    reasons: tuple[Reason, ...]
    who: tuple[str, ...] = ()
    picture: str | None = None

    @property
    def probability(self) -> float:
        """The score as 0..1."""
        return probability(self.score)


@dataclass(frozen=True, slots=True)
class Unasked:
    """A way to look that was not open, and why."""

    ask: Ask
    why: str


@dataclass(frozen=True, slots=True)
class Answers:
    """The best moments, best first.

    as_of_seq: change up to which the vectors hold everything; behind: changes that they have still to hear of. Without
    vectors the truth itself answered: the last change, 0. models: model versions by what they were used for.
    remarks: what was decided for the asker.
    """

    found: tuple[Answer, ...]
    as_of_seq: int
    behind: int
    models: Mapping[str, str] = field(default_factory=dict)
    unasked: tuple[Unasked, ...] = ()
    remarks: tuple[str, ...] = ()


def probability(log_odds: float) -> float:
    """Log-odds as 0..1."""
    return 0.5 * (1 + math.tanh(log_odds / 2))


def log_odds(chance: float) -> float:
    """A probability as log-odds, at most 7 away from 0: nothing is certain."""
    kept = min(max(chance, 0.001), 0.999)
    return math.log(kept / (1 - kept))
