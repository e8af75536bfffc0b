"""The port of narrow reads that join what a search found with the truth as it stands."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol

from aima.domain.finding import FINDING_KINDS, FindingKind, Found, Shot
from aima.domain.media import MediaKind
from aima.domain.speech import Utterance
from aima.domain.track import Source


@dataclass(frozen=True, slots=True)
class Place:
    """A medium as answers name it. dated_by: "recorded" where the medium says when, else "taken in" by AIMA."""

    media_id: str
    content_id: str
    filename: str
    path: str
    kind: MediaKind
    duration_us: int
    date: datetime
    dated_by: Literal["recorded", "taken in"]


@dataclass(frozen=True, slots=True)
class Face:
    """A track of the run that stands. expression: probabilities in the order of EXPRESSIONS, or None."""

    track_id: str
    content_id: str
    start_us: int
    end_us: int
    person_id: str | None
    expression: tuple[float, ...] | None
    picture_path: str | None


@dataclass(frozen=True, slots=True)
class Presence:
    """An appearance of a person in a content, whoever owns it. label: the name, or "Unknown n"; source: seen, heard."""

    content_id: str
    person_id: str
    label: str
    start_us: int
    end_us: int
    confidence: float
    track_ids: tuple[str, ...]
    source: Source = "face"

    @property
    def remark(self) -> str:
        """The label, and whether the person is only heard then."""
        return self.label if self.source == "face" else f"{self.label}, heard"


@dataclass(frozen=True, slots=True)
class Within:
    """What narrows media; None narrows nothing. Dates are in UTC and both included."""

    media_id: str | None = None
    kind: MediaKind | None = None
    since: date | None = None
    until: date | None = None

    @property
    def narrows(self) -> bool:
        """Whether anything is given."""
        return self != Within()


class MomentStore(Protocol):
    """Reads by key. Hidden persons are never among the answers. `contents`: of these only; None: of all."""

    def places(self, within: Within, contents: Collection[str] | None = None) -> list[Place]:
        """The media, sorted by (filename, media_id)."""
        ...

    def faces(self, track_ids: Collection[str]) -> dict[str, Face]:
        """Those of the tracks of faces that stand, by id."""
        ...

    def presences(self, person_ids: Collection[str] | None, contents: Collection[str] | None = None) -> list[Presence]:
        """Appearances of these persons (None: of everybody), sorted by (content_id, start_us, person_id, source)."""
        ...

    def names(self) -> dict[str, str]:
        """Names of the persons who are seen somewhere, by person_id."""
        ...

    def shots(self, keys: Collection[tuple[str, int]]) -> dict[tuple[str, int], Shot]:
        """Shots by (content_id, no), those that exist."""
        ...

    def texts_with(self, words: Collection[str], kinds: Collection[FindingKind] = FINDING_KINDS) -> dict[str, str]:
        """Texts that hold a word that begins like one of these, by text_id."""
        ...

    def texts_like(self, parts: Collection[str], limit: int) -> dict[str, str]:
        """Of what is written in pictures, the texts that hold most of these parts of words, by text_id."""
        ...

    def findings(
        self,
        text_ids: Collection[str],
        limit: int,
        contents: Collection[str] | None = None,
        kinds: Collection[FindingKind] = FINDING_KINDS,
    ) -> list[Found]:
        """Findings of these texts, at most `limit` of each, the surest; sorted by (content_id, start_us)."""
        ...

    def said_with(self, words: Collection[Collection[str]], limit: int) -> dict[str, str]:
        """Texts of utterances that hold most of these words, by text_id.

        words: of each its spellings; German and English inflections count.
        """
        ...

    def telling(self, words: Collection[str]) -> set[str]:
        """Those of the words that say something alone: stop words of German and English do not."""
        ...

    def utterances(
        self, text_ids: Collection[str], limit: int, contents: Collection[str] | None = None
    ) -> list[Utterance]:
        """Utterances of these texts, at most `limit` of each; sorted by (content_id, start_us)."""
        ...

    def expressive(
        self, position: int, least: float, limit: int, contents: Collection[str] | None = None
    ) -> list[Face]:
        """Tracks whose expression at this position is the strongest and at least so probable, the surest first."""
        ...
