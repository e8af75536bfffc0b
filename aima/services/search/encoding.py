"""Pictures of a query as vectors, by the same code that made those of the archive.

A picture comes from anywhere: it is decoded by the contained reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from aima.analyzers.face_embedder import FaceEmbedder
from aima.domain.text import display
from aima.domain.track import Track
from aima.errors import QueryInvalid
from aima.pipeline.looking import Eyes, PictureEye, decode
from aima.services.search.near import demand_version, model_of
from aima.settings import Settings
from aima.stores.vectors import Space

Vector = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class EncodedFace:
    """The face that is looked for. vector: float32 [dimension], L2-normalised. remark: which one was taken, if many."""

    vector: Vector
    remark: str | None


def encode_face(settings: Settings, space: Space, path: Path, number: int | None) -> EncodedFace:
    """The face of a picture that is meant: by its number from the left, else the largest.

    Raises:
        QueryInvalid: there is no such face, or none that can be compared.
        MediaError: the file is no picture, or refused.
        ModelError: the face models cannot be used, or make other vectors than those of the space.
    """
    pixels = decode(path, settings.media)
    eyes = Eyes.open(settings, model_of(space))
    demand_version(space, f"{eyes.model.model_version}+{FaceEmbedder.version}")
    faces = sorted(eyes.tracks(pixels, "query"), key=lambda face: face.locator.box)
    chosen = _chosen(faces, number, display(path.name))
    vector = faces[chosen].vector
    if vector is None:
        raise QueryInvalid(f"the face in {display(path.name)} cannot be compared", "give one that is larger or clearer")
    return EncodedFace(vector, _remark(len(faces), chosen, number, display(path.name)))


def encode_picture(settings: Settings, space: Space, path: Path) -> Vector:
    """The whole picture: float32 [dimension], L2-normalised.

    Raises:
        MediaError: the file is no picture, or refused.
        ModelError: the image model cannot be used, or makes other vectors than those of the space.
    """
    pixels = decode(path, settings.media)
    eye = PictureEye.open(settings, model_of(space))
    demand_version(space, eye.model_version)
    return eye.vector(pixels)


def _chosen(faces: Sequence[Track], number: int | None, name: str) -> int:
    """Index of the face that is meant."""
    if not faces:
        raise QueryInvalid(f"no face is found in {name}", "give a picture in which a face is seen clearly")
    if number is None:
        return max(range(len(faces)), key=lambda index: _area(faces[index]))
    if number > len(faces):
        raise QueryInvalid(
            f"{name} shows {len(faces)} faces, there is no number {number}", "count from the left from 1"
        )
    return number - 1


def _area(face: Track) -> float:
    _, _, width, height = face.locator.box
    return width * height


def _remark(count: int, chosen: int, number: int | None, name: str) -> str | None:
    if count == 1 or number is not None:
        return None
    return f"{name} shows {count} faces; the largest was taken, number {chosen + 1} from the left"
