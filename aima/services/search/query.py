"""What can be asked: at least one thing to look for, and what narrows the answers."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from aima.domain.media import MediaKind
from aima.domain.observation import EXPRESSIONS
from aima.domain.text import display
from aima.errors import QueryInvalid

SOUGHT: Final = ("face", "image", "text", "said", "object", "expression", "person")
"""What a query looks for; the other fields narrow it."""

_CALLED: Final = {"since": "from", "until": "to", "within_s": "within", "face_number": "face-number"}
_REMEDY: Final = "see: aima search --help"
_DAY: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Query(BaseModel):
    """One search. A moment must fulfil everything that is given.

    face, image: files with a picture. face_number: which face of the picture is meant, counted from the left from 1;
    None: the largest. text: words in any language, compared by letters and by meaning with what is seen, written,
    called so or said; said: with what is said alone. medium, person: as people name them. object: a class such as
    "dog". since, until: days of recording where it is known, else of taking in, in UTC and both included. within_s: how
    far apart the parts of one moment may lie.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    face: Path | None = None
    face_number: int | None = Field(None, ge=1)
    image: Path | None = None
    text: str | None = Field(None, min_length=1, max_length=500)
    said: str | None = Field(None, min_length=1, max_length=500)
    object: str | None = Field(None, min_length=1, max_length=100)
    expression: str | None = None
    person: str | None = Field(None, min_length=1)
    medium: str | None = Field(None, min_length=1)
    kind: MediaKind | None = None
    since: date | None = None
    until: date | None = None
    limit: int = Field(20, ge=1, le=1000)
    within_s: float = Field(5.0, ge=0, le=3600)

    @classmethod
    def of(cls, **given: Any) -> Query:
        """The query of these fields.

        Raises:
            QueryInvalid: it asks for nothing, or a field cannot be what is given.
        """
        try:
            return cls(**given)
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(_CALLED.get(str(part), str(part)) for part in first["loc"])
            what = first["msg"].removeprefix("Value error, ")
            raise QueryInvalid(display(f"{name}: {what}" if name else what), _REMEDY) from error

    @field_validator("since", "until", mode="before")
    @classmethod
    def _day(cls, day: Any) -> Any:
        """Days as people write them; a bare number would be taken for seconds since 1970."""
        if isinstance(day, str) and not _DAY.fullmatch(day):
            raise ValueError(f"{day!r} is no day such as 2024-02-29")
        return day

    @field_validator("face", "image")
    @classmethod
    def _openable(cls, path: Path | None) -> Path | None:
        if path is not None and "\0" in str(path):
            raise ValueError("no name of a file holds NUL")
        return path

    @field_validator("expression")
    @classmethod
    def _known(cls, expression: str | None) -> str | None:
        if expression is None:
            return None
        folded = expression.casefold()
        if folded not in EXPRESSIONS:
            raise ValueError(f"{expression!r} is none of {', '.join(EXPRESSIONS)}")
        return folded

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not self.sought:
            raise ValueError(f"nothing is asked for: give at least one of {', '.join(SOUGHT)}")
        if self.face_number is not None and self.face is None:
            raise ValueError("a number of a face needs a picture with faces")
        if self.since and self.until and self.since > self.until:
            raise ValueError(f"{self.since} is after {self.until}")
        return self

    @property
    def sought(self) -> tuple[str, ...]:
        """Which of SOUGHT are given."""
        return tuple(name for name in SOUGHT if getattr(self, name) is not None)
