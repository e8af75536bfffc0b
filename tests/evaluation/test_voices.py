"""Voices of files are compared by their main speakers, and grouped as fusion groups."""

from __future__ import annotations

import numpy as np
import pytest

from aima.domain.speech import Hearing, Speaker
from aima.evaluation.truth import Pair
from aima.evaluation.voices import compare_voices, main_voice
from aima.models.model import Calibration

KNOWN = Calibration(20.0, -10.0, "nothing")
"""Even odds at a similarity of a half."""


def speaker(no: int, seconds: float, *vector: float) -> Speaker:
    unit = np.array(vector, np.float32) / np.linalg.norm(vector) if vector else None
    return Speaker("c", no, unit, np.zeros((0, 2), np.float32), seconds)


def heard(*speakers: Speaker) -> Hearing:
    return Hearing("c", "h", speakers, (), (), ())


HEARINGS = {
    "a": heard(speaker(0, 2, 0, 1), speaker(1, 9, 1, 0), speaker(2, 20)),
    "b": heard(speaker(0, 5, 0.9, 0.1)),
    "c": heard(speaker(0, 5, 0, 1)),
    "mute": heard(),
}
PAIRS = (Pair(a="a", b="b", same=1), Pair(a="a", b="c", same=0), Pair(a="a", b="mute", same=0))


def test_the_main_voice_speaks_most_and_is_known() -> None:
    assert main_voice(HEARINGS["a"]).no == 1  # type: ignore[union-attr]
    assert main_voice(HEARINGS["mute"]) is None


def test_pairs_have_similarities_and_log_odds() -> None:
    voices = compare_voices(PAIRS, HEARINGS, KNOWN, 0.0)
    assert voices.similarities == (pytest.approx(0.9939, abs=1e-3), pytest.approx(0.0), None)
    assert voices.odds == (pytest.approx(9.88, abs=0.02), pytest.approx(-10.0), None)


def test_files_of_one_voice_are_one_group() -> None:
    groups = compare_voices(PAIRS, HEARINGS, KNOWN, 0.0).groups
    assert groups["a"] == groups["b"] != groups["c"]
    assert "mute" not in groups


def test_a_higher_threshold_joins_nobody() -> None:
    assert len(set(compare_voices(PAIRS, HEARINGS, KNOWN, 20.0).groups.values())) == 3


def test_without_calibration_there_are_similarities_alone() -> None:
    voices = compare_voices(PAIRS, HEARINGS, None, 0.0)
    assert voices.similarities[2] is None
    assert (voices.odds, voices.groups) == ((None, None, None), {})
    assert compare_voices((), {}, KNOWN, 0.0).groups == {}
