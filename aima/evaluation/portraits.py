"""Photographs of known persons, one at a time, with the faces that the detector finds in them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from aima.analyzers.face_detector import FaceDetector
from aima.analyzers.faces import Faces, faces_of
from aima.domain.batch import FrameBatch
from aima.domain.track import Box
from aima.errors import MediaError
from aima.evaluation.subject import subject
from aima.evaluation.truth import Truth
from aima.models.cards import Figure
from aima.models.loader import load
from aima.pipeline.looking import decode, find_faces, still
from aima.settings import Settings


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """A photograph of a known person. batch: its one frame, with the column `faces`."""

    person: str
    file: str
    batch: FrameBatch
    faces: Faces

    @property
    def frame(self) -> Box:
        """The whole photograph, in its pixels."""
        height, width = self.batch.frames.shape[1:3]
        return 0, 0, width, height

    @property
    def main(self) -> int | None:
        """The face that it is of; None without faces."""
        return subject([tuple(box) for box in self.faces.boxes.tolist()], self.frame[2:])


def portraits(truth: Truth, settings: Settings) -> Iterator[Portrait]:
    """The photographs of the truth's identities that can be read: an evaluation reports the others.

    Raises:
        ModelError: see `aima.models.loader.load`.
    """
    detector = FaceDetector()
    detector.load(load(settings, "face_detection"))
    for person, files in truth.identities.items():
        for file in files:
            try:
                pixels = decode(truth.folder / file, settings.media)
            except MediaError:
                continue
            batch = still(pixels, file, find_faces(detector, pixels, file))
            yield Portrait(person, file, batch, faces_of(batch))


class Meter:
    """CPU time per face, of this process."""

    def __init__(self) -> None:
        self._cpu_s, self._faces = 0.0, 0

    @contextmanager
    def over(self, faces: int) -> Iterator[None]:
        """Count what is done inside for so many faces."""
        started = time.process_time()
        yield
        self._cpu_s += time.process_time() - started
        self._faces += faces

    def figures(self) -> tuple[Figure, ...]:
        """One figure, none without faces."""
        if not self._faces:
            return ()
        ms = round(1000 * self._cpu_s / self._faces, 1)
        return (Figure(name="CPU per face", value=ms, unit="ms", n=self._faces, of="faces"),)
