"""The analyzers that exist. Adding one: its file, a line here, a catalogue entry, its test."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from aima.errors import PlanInvalid

if TYPE_CHECKING:
    from aima.analyzers.base import Analyzer
    from aima.domain.media import Stream

ANALYZERS: Final = {
    "shot_cuts": "ShotCuts",
    "face_detector": "FaceDetector",
    "face_embedder": "FaceEmbedder",
    "emotion": "Emotion",
    "mouth_motion": "MouthMotion",
    "objects": "Objects",
    "image_vector": "ImageVector",
    "text_detector": "TextDetector",
    "text_in_image": "TextInImage",
    "waveform": "Waveform",
    "voice_activity": "VoiceActivity",
    "speaker_turns": "SpeakerTurns",
    "speaker_embedder": "SpeakerEmbedder",
    "speech": "Speech",
    "sound_events": "SoundEvents",
}
"""Class by name; its file here bears the name. It is imported when it is asked for: the names alone cost nothing."""

SOUND: Final = frozenset({"waveform", "voice_activity", "speaker_turns", "speaker_embedder", "speech", "sound_events"})
"""The analyzers that hear; all others see. Known by name, so that what a job wants is told without importing them."""

DEFAULT: Final = (
    "face_detector",
    "face_embedder",
    "emotion",
    "shot_cuts",
    "mouth_motion",
    "objects",
    "image_vector",
    "text_detector",
    "text_in_image",
    "waveform",
    "voice_activity",
    "speaker_turns",
    "speaker_embedder",
    "speech",
    "sound_events",
)
"""What an analysis runs where nothing else is asked for."""


def stream_of(name: str) -> Stream:
    """Which stream the analyzer of this name works on; one that there is no more counts as sight."""
    return "sound" if name in SOUND else "sight"


def get(name: str) -> type[Analyzer[Any]]:
    """The analyzer of this name.

    Raises:
        PlanInvalid: there is none.
    """
    if name not in ANALYZERS:
        raise PlanInvalid(f"no analyzer is called {name!r}", f"choose from {', '.join(sorted(ANALYZERS))}")
    analyzer: type[Analyzer[Any]] = getattr(import_module(f"aima.analyzers.{name}"), ANALYZERS[name])
    return analyzer
