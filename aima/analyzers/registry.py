"""The analyzers that exist. Adding one: its file, a line here, a catalogue entry, its test."""

from __future__ import annotations

from typing import Any

from aima.analyzers.base import Analyzer
from aima.analyzers.emotion import Emotion
from aima.analyzers.face_detector import FaceDetector
from aima.analyzers.face_embedder import FaceEmbedder
from aima.analyzers.mouth_motion import MouthMotion
from aima.analyzers.shot_cuts import ShotCuts
from aima.errors import PlanInvalid

ANALYZERS: dict[str, type[Analyzer[Any]]] = {
    analyzer.name: analyzer for analyzer in (ShotCuts, FaceDetector, FaceEmbedder, Emotion, MouthMotion)
}


def get(name: str) -> type[Analyzer[Any]]:
    """The analyzer of this name.

    Raises:
        PlanInvalid: there is none.
    """
    if name not in ANALYZERS:
        raise PlanInvalid(f"no analyzer is called {name!r}", f"choose from {', '.join(sorted(ANALYZERS))}")
    return ANALYZERS[name]
