from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.fusion.lips import compare, read_mouths, read_signals
from tests.fusion.talking import SECOND, face, heard, mouths, rhythm, tallies, voice

quick = settings(deadline=None, derandomize=True, max_examples=25)
SECONDS = 6.0
SPEAKS = voice("a", 1, (0.5, 5.5))


def odds(lips: np.ndarray | None, sound: np.ndarray, spoken=SPEAKS) -> float | None:
    """What the lips of one face say for it that it speaks."""
    one = face("a", 1, SECONDS)
    moved = mouths(lips, np.zeros(len(sound)))
    found = tallies([one], [spoken], moved, heard(sound))
    return found[one.track_id, 0].log_odds if found else None


@pytest.mark.parametrize("seed", range(5))
def test_lips_that_move_with_the_sound_speak_for_a_face_those_of_others_hardly_and_still_ones_against(seed):
    own, other = rhythm(seed, SECONDS), rhythm(seed + 100, SECONDS)
    assert odds(own, own) > 2 > odds(other, own)
    assert odds(np.full_like(own, 0.001), own) < -2
    assert odds(0.001 * own, own) < -2  # a picture that flickers with the sound


def test_a_mouth_that_nobody_read_says_nothing():
    assert odds(None, rhythm(0, SECONDS)) is None


def test_only_the_time_around_the_turns_counts():
    own, other = rhythm(0, SECONDS), rhythm(1, SECONDS)
    half = len(own) // 2
    mixed = np.concatenate([own[:half], other[half:]])
    early, late = (voice("a", 1, span) for span in ((0.2, 2.4), (3.6, 5.8)))
    assert odds(mixed, own, early) > 1
    assert odds(mixed, own, late) < 0


def test_too_short_a_look_says_nothing():
    mouth = next(iter(read_mouths([face("a", 1, 0.8)], mouths(rhythm(0, 0.8))).values()))
    assert compare(mouth, read_signals(heard(rhythm(0, 6))), [(0, SECOND)]) is None


def test_nothing_is_told_of_turns_while_the_mouth_is_out_of_sight():
    mouth = next(iter(read_mouths([face("a", 1, 2)], mouths(rhythm(0, 2))).values()))
    assert compare(mouth, read_signals(heard(rhythm(0, 6))), [(4 * SECOND, 5 * SECOND)]) is None


@quick
@given(st.integers(0, 50), st.integers(30, 120))
def test_what_stretches_tell_adds_up(seed, cut):
    own = rhythm(seed, SECONDS)
    mouth = next(iter(read_mouths([face("a", 1, SECONDS)], mouths(own)).values()))
    signals, spans = read_signals(heard(own)), [(0, 6 * SECOND)]
    parts = [type(mouth)(mouth.times_us[p], mouth.motion[p]) for p in (slice(cut), slice(cut, None))]
    found = [tally for part in parts if (tally := compare(part, signals, spans)) is not None]
    total = sum(found[1:], found[0])
    assert total.steps <= compare(mouth, signals, spans).steps
    assert total.log_odds > 0
