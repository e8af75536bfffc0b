"""What AIMA says of a labelled folder, in the forms in which an independent scorer reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aima.domain.speech import Hearing
from aima.domain.track import Box
from aima.evaluation.truth import Interval
from aima.evaluation.voices import Voices

Persons = Mapping[str, tuple[Interval, ...]]
"""Intervals in seconds by person."""


@dataclass(frozen=True, slots=True)
class SeenFace:
    """A track, as evidence. person: None where it belongs to nobody. picture: name of a crop in the archive.

    start, end: seconds. box: of its best sample, in displayed source pixels. main: whether its picture is of this face.
    """

    person: str | None
    start: float
    end: float
    box: Box
    score: float
    quality: float
    picture: str | None
    main: bool = False


@dataclass(frozen=True)
class Sounds:
    """Answers to the labels of sound.

    texts: what is said, by file. talks: what is heard, by the name of the talk. found: files by query, best first.
    unasked: why meanings were not compared; None: they were. A file in which nothing could be heard is missing.
    speaking: by file, the face that has the voice; without one no face has it.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    talks: Mapping[str, Hearing] = field(default_factory=dict)
    voices: Voices = field(default_factory=Voices)
    found: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unasked: str | None = None
    speaking: Mapping[str, Box] = field(default_factory=dict)


@dataclass(frozen=True)
class Answers:
    """Answers by the part of the truth that they belong to.

    pairs, odds: similarity, and log-odds by which fusion joins, in the order of the truth's pairs; None where a face
    was not found or got no vector.
    identities: person by file, found together over all files; a file without a person is missing.
    boxes, counts, expressions, seen: by file. persons, cuts: by clip, each clip looked at alone; together: as persons,
    but linked with everything else. failed: reason by file.
    """

    pairs: tuple[float | None, ...] = ()
    odds: tuple[float | None, ...] = ()
    identities: Mapping[str, str] = field(default_factory=dict)
    boxes: Mapping[str, tuple[Box, ...]] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    expressions: Mapping[str, str] = field(default_factory=dict)
    persons: Mapping[str, Persons] = field(default_factory=dict)
    together: Mapping[str, Persons] = field(default_factory=dict)
    cuts: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    seen: Mapping[str, tuple[SeenFace, ...]] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    sounds: Sounds = field(default_factory=Sounds)
