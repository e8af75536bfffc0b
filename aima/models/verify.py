"""Hashes all built weights again and says which of them are as the catalogue wants them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from aima.errors import ModelCorrupt, ModelError, ModelMissing
from aima.models.catalogue import Entry, PackageSource
from aima.models.files import demand

State = Literal["whole", "missing", "corrupt"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found of one model. `error` says what is wrong; a model that is optional may be missing."""

    entry: Entry
    state: State
    error: ModelError | None = None

    @property
    def failed(self) -> bool:
        """Whether something is wrong."""
        return self.state == "corrupt" or (self.state == "missing" and self.entry.default)


def verify(entries: Iterable[Entry], models_dir: Path) -> list[Verdict]:
    """One verdict per entry of packages, in order."""
    return [_verdict(entry, models_dir) for entry in entries if isinstance(entry.source, PackageSource)]


def _verdict(entry: Entry, models_dir: Path) -> Verdict:
    try:
        check_weights(entry, models_dir)
    except ModelMissing as error:
        return Verdict(entry, "missing", error)
    except ModelCorrupt as error:
        return Verdict(entry, "corrupt", error)
    return Verdict(entry, "whole")


def check_weights(entry: Entry, models_dir: Path) -> Path:
    """The built file of an entry, hashed.

    Raises:
        ModelMissing: there is none.
        ModelCorrupt: its sha256 differs from the catalogue.
    """
    weights = entry.weights(models_dir)
    remedy = f"run `aima models build {entry.name}`"
    if not weights.is_file():
        raise ModelMissing(f"{entry.name}: its weights are not built", remedy)
    demand(weights, str(entry.built_sha256), f"{entry.name}: {weights}", remedy)
    return weights
