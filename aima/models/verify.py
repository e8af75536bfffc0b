"""Hashes built weights again and says which of them are as the catalogue wants them."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from aima.errors import ModelCorrupt, ModelError, ModelMissing
from aima.models.catalogue import Entry
from aima.models.files import demand

State = Literal["whole", "missing", "corrupt"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found of one model. `error` says what is wrong; one that is not needed may be missing."""

    entry: Entry
    state: State
    needed: bool
    error: ModelError | None = None

    @property
    def failed(self) -> bool:
        """Whether something is wrong."""
        return self.state == "corrupt" or (self.state == "missing" and self.needed)


def verify(entries: Iterable[Entry], models_dir: Path, needed: Container[str]) -> list[Verdict]:
    """One verdict per entry, in order. `needed` names those that must not be missing."""
    return [_verdict(entry, models_dir, entry.name in needed) for entry in entries]


def is_whole(entry: Entry, models_dir: Path) -> bool:
    """Whether all built files are there with the right bytes."""
    return _verdict(entry, models_dir, needed=False).state == "whole"


def check_files(entry: Entry, models_dir: Path) -> Path:
    """The directory of an entry's built files, each hashed.

    Raises:
        ModelMissing: one is not there.
        ModelCorrupt: the sha256 of one differs from the catalogue.
    """
    directory = entry.directory(models_dir)
    remedy = f"run `aima models build {entry.name}`"
    # Hashed at every load: 30 MB take 30 ms, and nothing unverified reaches a parser.
    for name, sha256 in entry.files.items():
        if not (directory / name).is_file():
            raise ModelMissing(f"{entry.name}: its weights are not built", remedy)
        demand(directory / name, sha256, f"{entry.name}: {directory / name}", remedy)
    return directory


def _verdict(entry: Entry, models_dir: Path, needed: bool) -> Verdict:
    try:
        check_files(entry, models_dir)
    except ModelMissing as error:
        return Verdict(entry, "missing", needed, error)
    except ModelCorrupt as error:
        return Verdict(entry, "corrupt", needed, error)
    return Verdict(entry, "whole", needed)
