"""Appearances as a page shows them: narrow rows that an index answers alone."""

from __future__ import annotations

from dataclasses import dataclass

from aima.domain.track import Source


@dataclass(frozen=True, slots=True)
class Stretch:
    """One appearance without its tracks. confidence: 0..1; source: whether the person is seen or heard."""

    appearance_id: str
    person_id: str
    media_id: str
    start_us: int
    end_us: int
    confidence: float
    source: Source


@dataclass(frozen=True, slots=True)
class Totals:
    """How often a person is seen or heard, in how many media, and how long seen."""

    appearances: int
    media: int
    screen_us: int
