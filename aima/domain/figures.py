"""Figures of the dashboard: sums over the archive as they stood at one time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class KindFigure:
    """Media of one kind. analysed: those with a job that ended well."""

    kind: str
    media: int
    analysed: int
    bytes: int
    duration_us: int


@dataclass(frozen=True, slots=True)
class PersonFigure:
    """How much is seen of a person; a picture counts as one sample step."""

    person_id: str
    label: str
    screen_us: int
    appearances: int
    media: int


@dataclass(frozen=True, slots=True)
class DayFigure:
    """Media of one kind that were taken in on a day (UTC)."""

    day: date
    kind: str
    media: int
    bytes: int
    duration_us: int


@dataclass(frozen=True, slots=True)
class StageFigure:
    """What an analyzer, or "decode", cost on media of one kind. wall_s: None where only CPU time is measured."""

    stage: str
    version: str
    kind: str
    segments: int
    media_us: int
    cpu_s: float
    wall_s: float | None

    @property
    def cpu_per_media_second(self) -> float:
        """CPU seconds for a second of media."""
        return self.cpu_s / (self.media_us / 1_000_000)


@dataclass(frozen=True, slots=True)
class ErrorFigure:
    """How often something failed. source: the newest "job" of a medium, a "problem" in it, or an "attempt"."""

    source: Literal["job", "problem", "attempt"]
    code: str
    times: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class StorageFigure:
    """What takes room. None: not counted, or not measured."""

    what: str
    items: int | None
    bytes: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """All of them. persons: the longest seen first; days: the newest first."""

    refreshed_at: datetime
    kinds: tuple[KindFigure, ...]
    persons: tuple[PersonFigure, ...]
    days: tuple[DayFigure, ...]
    stages: tuple[StageFigure, ...]
    errors: tuple[ErrorFigure, ...]
    storage: tuple[StorageFigure, ...]
