"""Appearances as a page shows them: narrow rows that an index answers alone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stretch:
    """One appearance without its tracks. confidence: 0..1; source: what it was recognised by."""

    appearance_id: str
    person_id: str
    media_id: str
    start_us: int
    end_us: int
    confidence: float
    source: str


@dataclass(frozen=True, slots=True)
class Totals:
    """How much is seen of a person in all."""

    appearances: int
    media: int
    screen_us: int
