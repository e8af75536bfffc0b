"""What is known of the files of a labelled folder, in the forms of its `truth` files.

Paths are relative to the folder; times are seconds; boxes are pixels of the displayed picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Interval = tuple[float, float]

LONGEST_S = 1_000_000
"""A clip is never longer than this: scores go through it in steps of a tenth of a second."""


class _Label(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False, coerce_numbers_to_str=True)


class Pair(_Label):
    """Two pictures of faces, or two sounds of voices. same: 1 or 0."""

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


class Transcript(_Label):
    """What is said in a file. language: ISO 639-1. synthetic: by a machine."""

    file: str
    language: str = Field(min_length=1)
    text: str
    synthetic: bool = False

    @property
    def group(self) -> str:
        """Which material it is of: the language with the folder that the file lies in, machines apart."""
        folder = PurePosixPath(self.file).parent.name
        material = "synthetic" if self.synthetic else folder
        return f"{self.language}/{'other' if material in {self.language, ''} else material}"


class TrueTurn(_Label):
    """When somebody speaks, [start, end) in seconds."""

    speaker: str
    start: float = Field(ge=0)
    end: float

    @model_validator(mode="after")
    def _does_not_end_before_it_starts(self) -> Self:
        if self.end < self.start:
            raise ValueError("a turn ends before it starts")
        return self


class Talk(_Label):
    """Who speaks when in a file."""

    name: str
    file: str
    turns: tuple[TrueTurn, ...]


class Query(_Label):
    """Words to search for, and the files of which any is a right answer."""

    query: str = Field(min_length=1)
    language: str = ""
    files: tuple[str, ...]


class Side(_Label):
    """Where a face is: from x0 to x1 in pixels."""

    id: str
    x0: float
    x1: float


class SpeakingClip(_Label):
    """Whose face speaks in a clip. speaker_face: its id; None: nobody's who is in view. kind: how it was made."""

    file: str
    kind: str = "clip"
    faces: tuple[Side, ...]
    speaker_face: str | None = None


@dataclass(frozen=True)
class Truth:
    """Everything that is known of a folder; a part without labels is empty.

    identities: files by person. boxes, counts: by file. clips, talks: by name. voice_pairs: of files in which one
    person speaks; speakers: such files by speaker.
    """

    folder: Path
    pairs: tuple[Pair, ...] = ()
    identities: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    boxes: Mapping[str, tuple[TrueBox, ...]] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    expressions: tuple[Expression, ...] = ()
    clips: Mapping[str, Clip] = field(default_factory=dict)
    transcripts: tuple[Transcript, ...] = ()
    voice_pairs: tuple[Pair, ...] = ()
    speakers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    talks: Mapping[str, Talk] = field(default_factory=dict)
    queries: tuple[Query, ...] = ()
    speaking: tuple[SpeakingClip, ...] = ()

    @property
    def files(self) -> list[str]:
        """Every labelled file, each once, sorted."""
        return sorted({*self.seen, *self.heard})

    @property
    def seen(self) -> list[str]:
        """The files that are labelled with what is to be seen in them."""
        paired = [file for pair in self.pairs for file in (pair.a, pair.b)]
        known = [file for files in self.identities.values() for file in files]
        shown = [expression.file for expression in self.expressions]
        speaking = [clip.file for clip in self.speaking]
        parts: Iterable[Iterable[str]] = (paired, known, shown, self.boxes, self.counts, speaking)
        return sorted({file for part in parts for file in part} | {clip.file for clip in self.clips.values()})

    @property
    def heard(self) -> list[str]:
        """The files that are labelled with what is to be heard in them."""
        said = [transcript.file for transcript in self.transcripts]
        paired = [file for pair in self.voice_pairs for file in (pair.a, pair.b)]
        known = [file for files in self.speakers.values() for file in files]
        talks = [talk.file for talk in self.talks.values()]
        searched = [file for query in self.queries for file in query.files]
        speaking = [clip.file for clip in self.speaking]
        return sorted({*said, *paired, *known, *talks, *searched, *speaking})
