"""Voices of labelled files: how alike they are, and which files are of one voice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from aima.domain.speech import Hearing, Speaker
from aima.evaluation.truth import Pair
from aima.fusion.linkage import Points, agglomerate
from aima.models.model import Calibration


@dataclass(frozen=True, slots=True)
class Voices:
    """What is said of voices. similarities, odds: in the order of the labelled pairs; groups: voice by file."""

    similarities: tuple[float | None, ...] = ()
    odds: tuple[float | None, ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict)


def compare_voices(
    pairs: Sequence[Pair], hearings: Mapping[str, Hearing], calibration: Calibration | None, join: float
) -> Voices:
    """Compares the voices of files, each that of the speaker of most speech in it.

    calibration: None, where the model has none: then there are neither log-odds nor groups. join: log-odds from which
    two voices are one.
    """
    heard = {file: main_voice(hearing) for file, hearing in hearings.items()}
    known = {file: speaker for file, speaker in sorted(heard.items()) if speaker is not None}
    similarities = tuple(_cosine(known.get(pair.a), known.get(pair.b)) for pair in pairs)
    if calibration is None:
        return Voices(similarities, tuple(None for _ in pairs))
    odds = tuple(None if one is None else float(calibration.log_odds(np.array(one))) for one in similarities)
    return Voices(similarities, odds, _groups(known, calibration, join))


def main_voice(hearing: Hearing) -> Speaker | None:
    """The speaker of most speech, of those whose voice is known."""
    known = [speaker for speaker in hearing.speakers if speaker.vector is not None]
    return max(known, key=lambda speaker: speaker.seconds, default=None)


def _cosine(one: Speaker | None, other: Speaker | None) -> float | None:
    if one is None or other is None or one.vector is None or other.vector is None:
        return None
    return float(one.vector @ other.vector)


def _groups(known: Mapping[str, Speaker], calibration: Calibration, join: float) -> dict[str, str]:
    """Files by average linkage, every file weighing the same."""
    if not known:
        return {}
    count = len(known)
    vectors = np.stack([speaker.vector for speaker in known.values() if speaker.vector is not None])
    points = Points(vectors, np.zeros(count, np.float32), np.ones(count, np.float32), (frozenset(),) * count)
    files = list(known)
    groups = agglomerate(points, calibration, join)
    return {files[place]: f"Voice {number}" for number, group in enumerate(groups, start=1) for place in group}
