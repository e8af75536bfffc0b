"""Clues: stretches of contents that answer one thing asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from aima.services.search.answers import Reason, Unasked


@dataclass(frozen=True, slots=True)
class Clue:
    """[start_us, end_us) of a content answers one thing asked for."""

    content_id: str
    start_us: int
    end_us: int
    reason: Reason

    @property
    def log_odds(self) -> float:
        """How strongly."""
        return self.reason.log_odds


@dataclass(slots=True)
class Trail:
    """The clues of one thing asked for, and what is to be told of how they were found.

    models: model version by what it was used for. vectors: whether these were asked.
    """

    clues: list[Clue] = field(default_factory=list)
    models: dict[str, str] = field(default_factory=dict)
    unasked: list[Unasked] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    vectors: bool = False


def contents_of(clues: Iterable[Clue]) -> set[str]:
    """Contents in which there are clues."""
    return {clue.content_id for clue in clues}
