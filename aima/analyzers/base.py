"""The one shape of a model: constants that say what it reads and adds, and two methods."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Generic, Literal

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict
from typing_extensions import TypeVar

from aima.domain.batch import FrameBatch, SoundBatch
from aima.domain.media import Stream
from aima.domain.observation import PROBLEMS, options_hash
from aima.models.model import Model


class Options(BaseModel):
    """Options of an analyzer; the JSON Schema of its subclass draws forms and checks input."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def digest(self) -> str:
        """Hash of the options as it stands in observation keys."""
        return options_hash(self.model_dump(mode="json"))


OptionsT = TypeVar("OptionsT", bound=Options)
BatchT = TypeVar("BatchT", FrameBatch, SoundBatch, default=FrameBatch)


class Analyzer(ABC, Generic[OptionsT, BatchT]):
    """One model task. It knows no Ray, no store and no other analyzer.

    name: how it is called in commands, keys and columns' documentation.
    version: raised when the code gives other results for the same model.
    task: catalogue task of its model; None if it needs none.
    stream: "sight": it is given a `FrameBatch`; "sound": a `SoundBatch`.
    reads: columns it needs: "frames" and "strip" for pixels, "samples" for sound, else what earlier analyzers add.
    adds: Arrow schema of what it gives.
    scope: "chunk": called for a few frames at a time; "segment": once per segment, with the whole strip. All of sound
        have this scope.
    """

    name: ClassVar[str]
    version: ClassVar[str]
    task: ClassVar[str | None]
    stream: ClassVar[Stream] = "sight"
    reads: ClassVar[tuple[str, ...]]
    adds: ClassVar[pa.Schema]
    options_type: ClassVar[type[Options]]
    scope: ClassVar[Literal["chunk", "segment"]] = "chunk"

    def load(self, model: Model | None) -> None:
        """Take the model; called once per worker and model version."""

    @abstractmethod
    def analyze(self, batch: BatchT, options: OptionsT) -> pa.Table:
        """Give a table with the columns pts_us, those of `adds`, and problems.

        Scope "chunk": exactly one row per frame of the batch, in order. A frame that cannot be read gets nulls and
        an entry in `problems`; it never stops the batch. Of sound: rows in order of pts_us, those of the context, too;
        who calls it keeps those that the segment owns.
        """

    @classmethod
    def schema(cls) -> pa.Schema:
        """Schema of the table that `analyze` returns."""
        return pa.schema([("pts_us", pa.int64()), *cls.adds, ("problems", PROBLEMS)])

    @classmethod
    def table(cls, pts_us: np.ndarray, columns: dict[str, list], problems: list | None = None) -> pa.Table:  # type: ignore[type-arg]
        """Build a table of this analyzer's schema from python lists; `problems` defaults to none."""
        rows = len(pts_us)
        given = problems if problems is not None else [[] for _ in range(rows)]
        return pa.table({"pts_us": np.asarray(pts_us, np.int64), **columns, "problems": given}, schema=cls.schema())
