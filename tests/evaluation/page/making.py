"""A small labelled folder with its answers and report, for tests of the page."""

from __future__ import annotations

import functools
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from aima.evaluation.answers import Answers, SeenFace, Sounds
from aima.evaluation.hearing import turns
from aima.evaluation.page.frames import jpeg
from aima.evaluation.page.pictures import Album
from aima.evaluation.report import Report, Seconds
from aima.evaluation.scores.der import score_turns
from aima.evaluation.scores.retrieval import score_retrieval
from aima.evaluation.scores.voices import score_voices
from aima.evaluation.scores.wer import score_words
from aima.evaluation.truth import Clip, Pair, Query, Talk, Transcript, TruePerson, TrueTurn, Truth
from aima.evaluation.voices import Voices
from aima.settings import Media
from aima.storage.archive import Archive
from tests.media_made import write_clip
from tests.services.transcripts.made import hearing, said, turn

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


def sounds(name: str = "a.wav") -> tuple[dict[str, object], Answers, Truth]:
    """Parts of a report of a file in which two speak, half of it wrong, with answers and truth."""
    true = (TrueTurn(speaker="ann", start=0, end=4), TrueTurn(speaker=name, start=4, end=8))
    truth = Truth(
        Path(),
        transcripts=(Transcript(file=name, language="en", text="good day"),),
        voice_pairs=(Pair(a=name, b="b.wav", same=1), Pair(a=name, b="c.wav", same=0)),
        speakers={"ann": (name, "b.wav"), "bob": ("c.wav",)},
        talks={"talk": Talk(name="talk", file=name, turns=true)},
        queries=(Query(query=name, files=("b.wav",)),),
    )
    heard = hearing([said("good bye", 0, 1)], [turn(0, 0, 8)])
    voices = Voices((0.6, 0.4), (2.0, -2.0), dict.fromkeys((name, "c.wav"), "Voice 1"))
    answers = Answers(sounds=Sounds({name: "good bye"}, {"talk": heard}, voices, {name: (name,)}))
    parts: dict[str, object] = {
        "wer": score_words(truth.transcripts, answers.sounds.texts),
        "der": score_turns(truth.talks, {"talk": turns(heard)}),
        "voices": score_voices(
            truth.voice_pairs, voices.similarities, voices.odds, 0.0, (truth.speakers, voices.groups)
        ),
        "retrieval": score_retrieval(truth.queries, answers.sounds.found),
        "sound_cpu_per_second": {"total": 0.125, "speech": 0.125},
        "sound_seconds": 8.0,
    }
    return parts, answers, truth
