"""What is known of the files of a labelled folder, in the forms of its `truth` files.

Paths are relative to the folder; times are seconds; boxes are pixels of the displayed picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Interval = tuple[float, float]

LONGEST_S = 1_000_000
"""A clip is never longer than this: scores go through it in steps of a tenth of a second."""


class _Label(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False, coerce_numbers_to_str=True)


class Pair(_Label):
    """Two pictures of faces. same: 1 or 0."""

    a: str
    b: str
    same: Literal[0, 1]


class TrueBox(_Label):
    """Where a face is. ignore: neither a miss nor a false alarm."""

    left: float
    top: float
    width: float
    height: float
    ignore: bool = False


class Expression(_Label):
    """What the face that a picture is of shows."""

    file: str
    emotion: str


class TruePerson(_Label):
    """When somebody must be found, and when neither finding nor missing counts."""

    id: str
    description: str = ""
    required: tuple[Interval, ...] = ()
    optional: tuple[Interval, ...] = ()


class Clip(_Label):
    """Who is seen when in a video. background_faces: time in which further faces are no false alarm.

    Where nothing is said of persons or of cuts, the video is not measured in that. duration: 0 where it is not said,
    which only labels without persons may do.
    """

    name: str
    file: str
    duration: float = Field(default=0.0, gt=0, le=LONGEST_S)
    persons: tuple[TruePerson, ...] = ()
    background_faces: tuple[Interval, ...] = ()
    cuts: tuple[float, ...] = ()

    @model_validator(mode="after")
    def _is_as_long_as_its_persons_need(self) -> Self:
        if self.tells("persons") and not self.duration:
            raise ValueError("persons are labelled, but not the duration of the clip")
        return self

    def tells(self, part: Literal["persons", "cuts"]) -> bool:
        """Whether the labels say something of persons, or of cuts; they may say that there are none."""
        return part in self.model_fields_set


@dataclass(frozen=True)
class Truth:
    """Everything that is known of a folder; a part without labels is empty.

    identities: files by person. boxes, counts: by file. clips: by name.
    """

    folder: Path
    pairs: tuple[Pair, ...] = ()
    identities: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    boxes: Mapping[str, tuple[TrueBox, ...]] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    expressions: tuple[Expression, ...] = ()
    clips: Mapping[str, Clip] = field(default_factory=dict)

    @property
    def files(self) -> list[str]:
        """Every labelled file, each once, sorted."""
        paired = [file for pair in self.pairs for file in (pair.a, pair.b)]
        known = [file for files in self.identities.values() for file in files]
        shown = [expression.file for expression in self.expressions]
        parts: Iterable[Iterable[str]] = (paired, known, shown, self.boxes, self.counts)
        return sorted({file for part in parts for file in part} | {clip.file for clip in self.clips.values()})
