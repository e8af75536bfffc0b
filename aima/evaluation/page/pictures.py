"""The pictures of the page, and how many bytes they may take."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from aima.domain.text import count
from aima.errors import MediaError
from aima.evaluation.answers import Answers
from aima.evaluation.page.frames import Photo, jpeg, photos
from aima.settings import Media
from aima.storage.archive import Archive

CROP_SIDE: Final = 112
FRAME_SIDE: Final = 320
BASE64: Final = 4 / 3
REASONS: Final = 3


class Album:
    """Takes pictures out of the archive and out of the labelled files until the granted bytes are spent.

    A picture that is too much, missing or damaged is None; `note` says how many there were.
    """

    def __init__(self, folder: Path, archive: Archive, caps: Media) -> None:
        self._folder = folder
        self._archive = archive
        self._caps = caps
        self._left = 0.0
        self._too_many = 0
        self._unreadable = 0
        self._reasons: dict[str, None] = {}

    def grant(self, size: float) -> None:
        """Allow so many more bytes of the page."""
        self._left += size

    def crop(self, name: str | None) -> bytes | None:
        """A face out of the archive, its longer side at most 112 pixels."""
        if self._left <= 0:
            self._too_many += 1
            return None
        try:
            data = self._archive.get(name) if name else b""
        except (OSError, ValueError):
            data = b""
        small = _shrunk(data)
        if small is None:
            self._unreadable += 1
            return None
        return self._spend(small)

    def frames(self, file: str, seconds: Sequence[float], long_side: int = FRAME_SIDE) -> list[Photo | None]:
        """Frames of a labelled file at these times, or the picture itself once per time."""
        if self._left <= 0:
            self._too_many += len(seconds)
            return [None] * len(seconds)
        shown: list[Photo | None] = []
        try:
            for photo in photos(self._folder / file, seconds, long_side, self._caps):
                shown.append(self._shown(photo))
        except MediaError as error:
            self._reasons[error.message] = None
            self._unreadable += len(seconds) - len(shown)
        return shown + [None] * (len(seconds) - len(shown))

    def picture(self, file: str, long_side: int = FRAME_SIDE) -> Photo | None:
        """A labelled picture."""
        return self.frames(file, [0.0], long_side)[0]

    def note(self) -> str | None:
        """What was left out since the last note, in words."""
        why = "".join(f" ({reason})" for reason in list(self._reasons)[:REASONS])
        parts = [
            f"{count(self._too_many, 'picture')} left out to keep the page small" if self._too_many else "",
            f"{count(self._unreadable, 'picture')} missing or not readable{why}" if self._unreadable else "",
        ]
        self._too_many = self._unreadable = 0
        self._reasons.clear()
        return "; ".join(filter(None, parts)) or None

    def _shown(self, photo: Photo | None) -> Photo | None:
        if photo is None:
            self._unreadable += 1
            return None
        return photo if self._spend(photo.jpeg) else None

    def _spend(self, data: bytes) -> bytes | None:
        size = len(data) * BASE64
        if size > self._left:
            self._left = 0.0  # nothing smaller slips through later: a reader can tell where pictures end
            self._too_many += 1
            return None
        self._left -= size
        return data


def face_of(file: str, answers: Answers, album: Album) -> bytes | None:
    """The face that a picture is of, or the picture itself where no face was found."""
    main = next((face for face in answers.seen.get(file, ()) if face.main), None)
    if main:
        return album.crop(main.picture)
    photo = album.picture(file, long_side=160)
    return photo.jpeg if photo else None


def _shrunk(data: bytes) -> bytes | None:
    """A crop as a small JPEG; None if it is no picture."""
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
    if pixels is None:
        return None
    factor = CROP_SIDE / max(pixels.shape[:2])
    if factor < 1:
        size = (max(1, round(pixels.shape[1] * factor)), max(1, round(pixels.shape[0] * factor)))
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return jpeg(np.asarray(pixels[:, :, ::-1], np.uint8))
