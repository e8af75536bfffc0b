"""Single models looked at on portraits: whether they are right, by the rules of the product, and what a face costs.

An evaluation judges the models that the settings choose; a probe judges any that is built.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Protocol

import numpy as np

from aima.analyzers.emotion import Emotion, EmotionOptions
from aima.analyzers.face_embedder import FaceEmbedder, FaceEmbedderOptions
from aima.analyzers.network import answers, face_crops
from aima.evaluation.figures import ALIKE, likeness_figures, share_figure
from aima.evaluation.likeness import Rule, Seen, compare
from aima.evaluation.portraits import Meter, Portrait
from aima.evaluation.subject import main_face
from aima.evaluation.truth import Truth
from aima.models.cards import Figure
from aima.models.catalogue import Entry
from aima.models.loader import load
from aima.pipeline.looking import as_tracks
from aima.settings import Settings

OUTER_CORNERS: Final = (0, 6)
"""Corners of the mouth among its landmarks: 48 and 54 of the 68."""


class Probe(Protocol):
    """Looks at one portrait after the other."""

    def see(self, portrait: Portrait) -> None:
        """Look at one more."""
        ...

    def figures(self) -> tuple[Figure, ...]:
        """What it came to; nothing without portraits."""
        ...


class _Detector:
    """In how many portraits a face is found."""

    def __init__(self, *_: object) -> None:
        self._found: list[bool] = []

    def see(self, portrait: Portrait) -> None:
        self._found.append(portrait.main is not None)

    def figures(self) -> tuple[Figure, ...]:
        return share_figure("portraits in which a face is found", sum(self._found), len(self._found), "portraits")


class _Embedder:
    """Whether vectors tell persons from each other."""

    def __init__(self, entry: Entry, truth: Truth, settings: Settings) -> None:
        model = load(settings, entry.name)
        assert model.calibration is not None, f"{model.name} has no calibration"
        self._rule = Rule(model.calibration, settings.identity.join, settings.identity.review)
        self._pairs = truth.pairs
        self._embedder = FaceEmbedder()
        self._embedder.load(model)
        self._meter = Meter()
        self._seen: list[Seen] = []

    def see(self, portrait: Portrait) -> None:
        with self._meter.over(len(portrait.faces)):
            known = self._embedder.analyze(portrait.batch, FaceEmbedderOptions())
        tracks = tuple(as_tracks(portrait.batch, known))
        self._seen.append(Seen(portrait.person, portrait.file, "", tracks, main_face(tracks, portrait.frame)))

    def figures(self) -> tuple[Figure, ...]:
        if not self._seen:
            return ()
        said = compare(self._seen, (), self._pairs, self._rule)
        return (*likeness_figures(said, ALIKE), *self._meter.figures())


class _Expression:
    """What reading expressions costs: whether it is right, labels of expressions say."""

    def __init__(self, entry: Entry, _: Truth, settings: Settings) -> None:
        self._emotion = Emotion()
        self._emotion.load(load(settings, entry.name))
        self._meter = Meter()

    def see(self, portrait: Portrait) -> None:
        with self._meter.over(len(portrait.faces)):
            self._emotion.analyze(portrait.batch, EmotionOptions())

    def figures(self) -> tuple[Figure, ...]:
        return self._meter.figures()


class _Mouth:
    """How far the corners of the mouth lie from those that the detector found by other means, in eye distances."""

    def __init__(self, entry: Entry, _: Truth, settings: Settings) -> None:
        self._model = load(settings, entry.name)
        self._meter = Meter()
        self._errors: list[float] = []

    def see(self, portrait: Portrait) -> None:
        main = portrait.main
        if main is None or not portrait.faces.marked[main]:
            return
        contract = self._model.contract
        with self._meter.over(1):
            crops = face_crops(portrait.batch.frames, portrait.faces, np.array([main]), contract)
            points = answers(self._model, crops, ["points"])["points"].reshape(68, 2)
        left, top, width, height = portrait.faces.boxes[main]
        reach = max(width, height) * contract["box_scale"]
        placed = (points - 0.5) * reach + (left + width / 2, top + height / 2)
        mouth = placed[contract["mouth_first"] : contract["mouth_last"] + 1][OUTER_CORNERS, :]
        marks = portrait.faces.landmarks[main]
        away = np.linalg.norm(mouth - marks[3:], axis=1).mean()
        self._errors.append(float(away / np.linalg.norm(marks[0] - marks[1])))

    def figures(self) -> tuple[Figure, ...]:
        if not self._errors:
            return ()
        figures = {"mean": np.mean(self._errors), "worst": np.max(self._errors)}
        name, faces = "distance of mouth corners from the detector's", len(self._errors)
        return (
            *(
                Figure(name=name, value=round(float(far), 3), unit="eye distances", n=faces, of="faces", under=which)
                for which, far in figures.items()
            ),
            *self._meter.figures(),
        )


PROBES: Final[Mapping[str, Callable[[Entry, Truth, Settings], Probe]]] = {
    "face_detection": _Detector,
    "face_embedding": _Embedder,
    "face_expression": _Expression,
    "mouth_landmarks": _Mouth,
}
"""By task."""
