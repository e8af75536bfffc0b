"""Voices: which speakers of different contents are one.

Average linkage on calibrated log-odds, as for faces; speakers of one content are never one. Only vectors of one model
are compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from aima.domain.speech import Speaker, Turn
from aima.fusion import thresholds as limits
from aima.fusion.linkage import DECIMALS, Groups, Points, Rows, agglomerate, log_odds
from aima.models.model import Calibration


@dataclass(frozen=True, slots=True, eq=False)
class Voice:
    """A speaker of a content with the turns, by time. model: version of the model that made the vectors."""

    speaker: Speaker
    turns: tuple[Turn, ...]
    model: str

    @property
    def key(self) -> tuple[str, int]:
        """Content and number of the speaker."""
        return self.speaker.content_id, self.speaker.no

    @property
    def heard_us(self) -> int:
        """Length of all turns."""
        return sum(turn.end_us - turn.start_us for turn in self.turns)


class Likeness:
    """How alike voices are: log-odds between groups of them, by index."""

    def __init__(self, voices: Sequence[Voice], calibrations: Mapping[str, Calibration]) -> None:
        """calibrations: by model; voices of other models are like nobody."""
        self._voices, self._calibrations = voices, calibrations

    def groups(self, join: float) -> Groups:
        """Groups of voices, each with what it is joined with at or above `join` and more; sorted by first member."""
        found: Groups = []
        for model in sorted({voice.model for voice in self._voices}):
            own = [n for n, voice in enumerate(self._voices) if voice.model == model and self._is_known(n)]
            if own:
                calibration = self._calibrations[model]
                groups = agglomerate(self._points(own), calibration, join + limits.VOICE_CERTAIN)
                found += [[own[place] for place in group] for group in groups]
        found += [[n] for n in range(len(self._voices)) if not self._is_known(n)]
        return sorted(found)

    def between(self, one: Sequence[int], other: Sequence[int]) -> float | None:
        """Log-odds that both groups are one voice; None where nothing of both can be compared."""
        pairs = [
            (mine, theirs)
            for model in sorted(self._calibrations)
            if (mine := self._of(one, model)) and (theirs := self._of(other, model))
        ]
        if not pairs:
            return None
        odds = [self._compared(*pair) for pair in pairs]
        return round(max(odds), DECIMALS)

    def _compared(self, mine: Sequence[int], theirs: Sequence[int]) -> float:
        points = [self._points(group).gathered([list(range(len(group)))]) for group in (mine, theirs)]
        return float(log_odds(points[0], points[1], self._calibrations[self._voices[mine[0]].model])[0, 0])

    def _of(self, group: Sequence[int], model: str) -> list[int]:
        return [number for number in group if self._voices[number].model == model and self._is_known(number)]

    def _is_known(self, number: int) -> bool:
        voice = self._voices[number]
        return voice.speaker.vector is not None and voice.model in self._calibrations

    def _points(self, chosen: Sequence[int]) -> Points:
        """Voices as what is to be grouped; those of one content are apart."""
        speakers = [self._voices[number].speaker for number in chosen]
        seconds = np.array([speaker.seconds for speaker in speakers])
        places: dict[str, set[int]] = {}
        for place, speaker in enumerate(speakers):
            places.setdefault(speaker.content_id, set()).add(place)
        return Points(
            vectors=np.array([speaker.vector for speaker in speakers], np.float32),
            shortfalls=_shortfalls(seconds),
            weights=np.asarray(np.maximum(seconds, 0.1), np.float32),
            apart=tuple(frozenset(places[one.content_id] - {place}) for place, one in enumerate(speakers)),
        )


def _shortfalls(seconds: np.ndarray) -> Rows:
    """How far voices fall short that are heard for so long: short ones resemble each other by chance."""
    return np.asarray(np.sqrt(np.clip(1 - seconds / limits.VOICE_SECONDS, 0, 1)), np.float32)
