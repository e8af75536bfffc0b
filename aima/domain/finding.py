"""Findings: what is seen in a content beside faces, as spans of time that can be searched."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Final, Literal

from aima.domain.media import NAMESPACE
from aima.domain.track import Box

FindingKind = Literal["object", "label", "text"]
"""object: a thing with a box (COCO class); label: what a whole picture shows (ImageNet class); text: written on it."""

FINDING_KINDS: Final[tuple[FindingKind, ...]] = ("object", "label", "text")


@dataclass(frozen=True, slots=True)
class Shot:
    """A stretch without a cut: [start_us, end_us). A picture is one shot.

    vector_pts_us: one to three times whose picture vectors stand for the shot, ascending; none if there are none.
    """

    no: int
    start_us: int
    end_us: int
    vector_pts_us: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something seen from `start_us` to `end_us`. `text`: the class in English, or the words as they are written.

    score: of the surest sighting, 0..1. best_pts_us: when that was; box: there, in displayed source pixels; None for
    whole pictures. most: how many at one time.
    """

    finding_id: str
    kind: FindingKind
    text: str
    start_us: int
    end_us: int
    score: float
    best_pts_us: int
    box: Box | None = None
    most: int = 1


@dataclass(frozen=True, slots=True)
class Sighting:
    """Everything of one content that is no face. `input_hash`: sha256 over what it was made of."""

    content_id: str
    input_hash: str
    shots: tuple[Shot, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A finding and where it lies."""

    content_id: str
    finding: Finding


def finding_id(content_id: str, kind: FindingKind, text: str, start_us: int, ordinal: int = 0) -> str:
    """The same thing at the same time in the same content has the same id."""
    return str(uuid.uuid5(NAMESPACE, f"finding:{content_id}:{kind}:{text}:{start_us}:{ordinal}"))


def text_id(text: str) -> str:
    """The same text has the same id in every content: its vector is kept once."""
    return str(uuid.uuid5(NAMESPACE, f"text:{text}"))
