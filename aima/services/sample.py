"""The sample: a short film and two pictures, made on the spot from freely licensed pictures that packages ship.

`sample.toml` says which pictures and how the film is cut. Beside the media lies TRUTH.json: who is in the picture
when, computed from the same recipe, and the digests that tell whether anything has to be made again.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from aima.services.pictures import Picture, fetch_pictures
from aima.settings import Settings


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the sample is made of: the parsed `sample.toml`."""

    pictures: dict[str, Picture]
    film: dict[str, Any]
    stills: list[dict[str, Any]]


def portraits(settings: Settings) -> dict[str, Path]:
    """The two portraits, "astronaut" (512 x 512) and "grace_hopper" (512 x 600), one face each, as files.

    Raises:
        ModelUnavailable: the packages that ship them cannot be downloaded.
        ModelCorrupt: a package does not hold the expected bytes.
    """
    return fetch_pictures([p for p in load_recipe().pictures.values() if p.face], settings)


def load_recipe() -> Recipe:
    """Read the recipe that is part of this package."""
    raw = tomllib.loads(resources.files("aima.services").joinpath("sample.toml").read_text("utf-8"))
    pictures = {name: _picture(name, entry, raw["package"]) for name, entry in raw["picture"].items()}
    return Recipe(pictures, raw["film"], raw["still"])


def _picture(name: str, entry: dict[str, Any], packages: dict[str, Any]) -> Picture:
    fields = {**entry, "face": tuple(entry["face"]) if "face" in entry else None}
    return Picture(name=name, version=packages[entry["package"]]["version"], **fields)
