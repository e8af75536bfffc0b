"""Real networks and fusion together: who speaks when, on voices that test code makes and on real recordings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from aima.domain.speech import Hearing
from aima.evaluation.reading import read_truth
from aima.evaluation.scores.der import score_turns
from aima.evaluation.truth import TrueTurn
from aima.fusion.hearing import hear
from aima.models.loader import load
from aima.settings import Settings
from tests.analyzers.batches import ready
from tests.analyzers.hearing import listened, read_sound
from tests.voices_made import HIGH, RATE, speak

NAMES = ("speaker_turns", "speaker_embedder")
MOST_WRONG = {"diarizationExample": 0.03, "pyannote_sample": 0.03, "composed_2min": 0.09, "conv_de_90s": 0.25}
"""Shares of time; measured were 0.01, 0.02, 0.05, 0.17."""


def heard(samples: np.ndarray, settings: Settings) -> Hearing:
    tables = listened(samples, [ready(name, settings) for name in NAMES])
    calibration = load(settings, "speaker_embedding").calibration
    return hear("c", "inputs", len(samples) * 1_000_000 // RATE, tables, calibration)


def test_a_voice_that_pauses_is_one_speaker_with_several_turns(settings):
    silence = np.zeros(2 * RATE, np.float32)
    hearing = heard(np.concatenate([part for n in range(2) for part in (silence, speak(HIGH, 6, n))]), settings)
    assert [speaker.no for speaker in hearing.speakers] == [0]
    assert hearing.speakers[0].vector is not None
    assert hearing.speakers[0].seconds == pytest.approx(12, abs=2)
    for start in (2, 10):
        inside = [t for t in hearing.turns if t.end_us / 1e6 > start - 0.3 and t.start_us / 1e6 < start + 6.3]
        assert inside[0].start_us / 1e6 == pytest.approx(start, abs=0.3)
        assert inside[-1].end_us / 1e6 == pytest.approx(start + 6, abs=0.3)


@pytest.mark.quality
@pytest.mark.parametrize("name", MOST_WRONG)
def test_recordings_are_heard_right_for_most_of_the_time(name, media_dir: Path, settings):
    talk = read_truth(media_dir).talks[name]
    hearing = heard(read_sound(media_dir / talk.file), settings)
    found = [
        TrueTurn(speaker=str(turn.speaker), start=turn.start_us / 1e6, end=turn.end_us / 1e6) for turn in hearing.turns
    ]
    wrong = score_turns({name: talk}, {name: found}).files[name]
    assert wrong is not None
    assert wrong <= MOST_WRONG[name]
