"""What was measured of the models: written by an evaluation, shown with what the catalogue says of them.

The figures of the embedded models come with the package (`cards.json`); nobody types them.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping
from datetime import date
from importlib import resources
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from aima.models.catalogue import Entry, Sha256

OWN_CARDS = "cards.json"
"""File of the package that holds the figures of the embedded models."""

Unit = Literal["", "share", "faces", "ms", "eye distances"]
"""Of a figure. Without a unit it is a score from 0 to 1; "ms" is CPU time of one core."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Figure(_Record):
    """One figure, and what it is the figure of."""

    name: str
    value: float
    unit: Unit = ""
    n: int = Field(description="how many things it was measured on")
    of: str = Field(description="what these are, in the plural")
    under: str = Field("", description="condition, where a figure was measured under several")


class Measurement(_Record):
    """What an evaluation says of one model."""

    version: str = Field(description="of the model that was measured")
    facts: Sha256 = Field(description="what the catalogue said of it then, see `facts`")
    analyzers: Mapping[str, str] = Field(
        default_factory=dict, description="version of model and code by analyzer, of those behind the figures"
    )
    data: str = Field(description="name of the labelled folder")
    labels: Sha256 = Field(description="of all labels of that folder")
    measured_on: date
    aima: str = Field(description="version of AIMA")
    figures: tuple[Figure, ...]
    confusion: Mapping[str, Mapping[str, int]] = Field(
        default_factory=dict, description="of classes: how many of a label were read as what"
    )


class Cards(_Record):
    """Measurements by name of the model."""

    models: Mapping[str, Measurement] = Field(default_factory=dict)


@functools.cache
def own_cards() -> Cards:
    """The measurements that come with the package."""
    return Cards.model_validate_json(resources.files("aima.models").joinpath(OWN_CARDS).read_bytes())


def facts(entry: Entry) -> str:
    """A sha256 over all that the catalogue says of how a model works: files, contract, thresholds, calibration."""
    calibration = entry.calibration
    said = {
        "files": dict(entry.files),
        "contract": dict(entry.contract),
        "thresholds": dict(entry.thresholds),
        "calibration": [calibration.slope, calibration.intercept] if calibration else None,
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def stale(entry: Entry, measured: Measurement, analyzers: Mapping[str, str]) -> str | None:
    """Why figures do not tell of the entry as it is now; None if they do.

    analyzers: version of model and code by analyzer, of those that stand behind the figures of this entry now.
    """
    if measured.version != entry.version:
        return f"measured with version {measured.version}, the catalogue has {entry.version}"
    if measured.facts != facts(entry):
        return "contract, thresholds or calibration have changed since"
    changed = (
        f"{name} {measured.analyzers.get(name, 'of unknown version')}, now {version}"
        for name, version in sorted(analyzers.items())
        if measured.analyzers.get(name) != version
    )
    return f"measured with {others}" if (others := "; ".join(changed)) else None
