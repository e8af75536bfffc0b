"""What a query gives as vectors, by the same code that made those of the archive.

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
from aima.models.loader import load
from aima.models.text_encoder import TextEncoder
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


class Encoders:
    """Encodes for one space after the other; models are loaded at first use and kept."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._eyes: dict[str, Eyes] = {}
        self._picture_eyes: dict[str, PictureEye] = {}
        self._texts: dict[str, TextEncoder] = {}

    def face(self, space: Space, path: Path, number: int | None) -> EncodedFace:
        """The face of a picture that is meant: by its number from the left, else the largest.

        Raises:
            QueryInvalid: there is no such face, or none that can be compared.
            MediaError: the file is no picture, or refused.
            ModelError: the face models cannot be used, or make other vectors than those of the space.
        """
        name, shown = model_of(space), display(path.name)
        if name not in self._eyes:
            self._eyes[name] = Eyes.open(self._settings, name)
        eyes = self._eyes[name]
        demand_version(space, f"{eyes.model.model_version}+{FaceEmbedder.version}")
        tracks = eyes.tracks(decode(path, self._settings.media), "query")
        faces = sorted(tracks, key=lambda face: face.box)
        chosen = _chosen(faces, number, shown)
        vector = faces[chosen].vector
        if vector is None:
            raise QueryInvalid(f"the face in {shown} cannot be compared", "give one that is larger or clearer")
        return EncodedFace(vector, _remark(len(faces), chosen, number, shown))

    def picture(self, space: Space, path: Path) -> Vector:
        """The whole picture: float32 [dimension], L2-normalised.

        Raises:
            MediaError: the file is no picture, or refused.
            ModelError: the image model cannot be used, or makes other vectors than those of the space.
        """
        name = model_of(space)
        if name not in self._picture_eyes:
            self._picture_eyes[name] = PictureEye.open(self._settings, name)
        eye = self._picture_eyes[name]
        demand_version(space, eye.model_version)
        return eye.vector(decode(path, self._settings.media))

    def text(self, space: Space, words: str) -> Vector:
        """The meaning of words: float32 [dimension], L2-normalised.

        Raises:
            ModelError: the text model cannot be used, or makes other vectors than those of the space.
        """
        name = model_of(space)
        if name not in self._texts:
            self._texts[name] = TextEncoder(load(self._settings, name))
        encoder = self._texts[name]
        demand_version(space, encoder.model_version)
        return np.asarray(encoder.queries([words])[0], np.float32)


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
    _, _, width, height = face.box
    return width * height


def _remark(count: int, chosen: int, number: int | None, name: str) -> str | None:
    if count == 1 or number is not None:
        return None
    return f"{name} shows {count} faces; the largest was taken, number {chosen + 1} from the left"
