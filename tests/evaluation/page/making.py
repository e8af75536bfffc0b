"""A small labelled folder with its answers and report, for tests of the page."""

from __future__ import annotations

import functools
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from aima.evaluation.answers import Answers, SeenFace
from aima.evaluation.page.frames import jpeg
from aima.evaluation.page.pictures import Album
from aima.evaluation.report import Report, Seconds
from aima.evaluation.truth import Clip, TruePerson
from aima.settings import Media
from aima.storage.archive import Archive
from tests.media_made import write_clip

COLOURS = ((200, 40, 40), (40, 160, 40), (40, 40, 200))
"""Of the first, second and third second of the clip."""


def painted(path: Path, colour: tuple[int, int, int] = COLOURS[0], size: tuple[int, int] = (300, 400)) -> Path:
    """A picture of one colour; size: height, width."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(jpeg(np.full((*size, 3), colour, np.uint8), quality=95))
    return path


def coloured_clip(path: Path) -> Path:
    """Three seconds, each in its own colour."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_coloured())
    return path


@functools.cache
def _coloured() -> bytes:
    def paint(picture: np.ndarray, now: float) -> None:
        picture[:] = COLOURS[int(now)]

    with tempfile.TemporaryDirectory() as folder:
        return write_clip(Path(folder) / "film.mp4", len(COLOURS), paint).read_bytes()


def archive_with(root: Path, *names: str) -> Archive:
    """An archive that holds a small picture under each name."""
    archive = Archive(root)
    for name in names:
        archive.put(name, jpeg(np.full((200, 160, 3), 120, np.uint8), quality=95))
    return archive


def album(tmp_path: Path, *crops: str, granted: float = 1_000_000) -> Album:
    """An album over the files of `tmp_path`, with crops in its archive."""
    made = Album(tmp_path, archive_with(tmp_path / "archive", *crops), Media())
    made.grant(granted)
    return made


def seen(person: str | None, start: float, end: float, picture: str | None = "crop.jpg") -> SeenFace:
    """A track with a face of 40 x 50 pixels."""
    return SeenFace(person, start, end, (10.0, 20.0, 40.0, 50.0), 0.9, 0.8, picture)


def pictured(person: str | None = "P1", picture: str = "crop.jpg") -> SeenFace:
    """The face that a picture is of."""
    return replace(seen(person, 0.0, 0.2, picture), main=True)


def clip(**changes: object) -> Clip:
    """Ada in the first two seconds, Bo perhaps in the last; a cut after each second."""
    persons = (
        TruePerson(id="Ada", description="left, with a hat", required=((0.0, 2.0),)),
        TruePerson(id="Bo", optional=((2.0, 3.0),)),
    )
    given = {"name": "film", "file": "film.mp4", "duration": 3.0, "persons": persons, "cuts": (1.0, 2.0)}
    return Clip(**(given | changes))


def film_answers() -> Answers:
    """Ada is found for a second, then somebody who is nobody; one cut is missed and one is false."""
    found = {"Person 1": ((0.0, 1.0),), "Person 2": ((1.0, 3.0),)}
    tracks = (seen("Person 1", 0.0, 1.0), seen("Person 2", 1.0, 3.0), seen(None, 1.2, 1.4))
    return Answers(persons={"film": found}, cuts={"film": (1.0, 2.6)}, seen={"film.mp4": tracks})


def report(**parts: object) -> Report:
    """A report of some parts."""
    given: dict[str, object] = {
        "folder": "films",
        "made_at": datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
        "version": "0.1",
        "models": {"face_detection": "centerface@1"},
        "analyzers": {"face_detector": "centerface@1+2"},
        "thresholds": {"join": 0.0, "review": -2.0},
        "not_measured": {},
        "failed": {},
        "partial": {},
        "cost": (),
        "seconds": Seconds(wall=3.0, cpu=2.0),
    }
    return Report.model_validate(given | parts)
