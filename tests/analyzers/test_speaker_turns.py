"""In each window is told who speaks when, the same by neighbours."""

import numpy as np
import pytest

from aima.analyzers.activities import read_activities
from aima.analyzers.speaker_turns import RUN_AT_MOST, SpeakerTurns, SpeakerTurnsOptions
from aima.models.loader import load
from tests.analyzers.batches import counted, ready
from tests.analyzers.hearing import sound_batch
from tests.voices_made import HIGH, LOW, RATE, speak

OPTIONS = SpeakerTurnsOptions()
STEP_US = 16_875
INTERVAL_US = 148 * STEP_US


@pytest.fixture(scope="module")
def listener(settings):
    return ready("speaker_turns", settings)


@pytest.fixture(scope="module")
def talk():
    """Two voices in turn: low from 1 s to 7 s, high from 8 s to 14 s, and so on, of 84 s."""
    turns = [speak(voice, 6, seed) for seed in range(6) for voice in (LOW, HIGH)]
    silence = np.zeros(RATE, np.float32)
    return np.concatenate([part for turn in turns for part in (silence, turn)])


@pytest.fixture(scope="module")
def heard(listener, talk):
    return listener.analyze(sound_batch(talk[: 42 * RATE]), OPTIONS)


def part(window, start_s, end_s):
    """bool [speakers, steps] of that time of the medium."""
    first, last = (round((s * 1e6 - window.window.start_us) / window.step_us) for s in (start_s, end_s))
    return window.active[:, max(first, 0) : last]


def test_two_voices_are_two_speakers_of_a_window_and_silence_is_nobody(heard):
    assert heard.schema == SpeakerTurns.schema()
    window = {window.window.start_us: window for window in read_activities(heard)}[8 * INTERVAL_US]
    low, high = (part(window, *span) for span in ((20.1, 20.8), (22.3, 24.9)))
    assert (low.sum(axis=0) == 1).mean() > 0.8
    assert (high.sum(axis=0) == 1).mean() > 0.8
    assert not (low.any(axis=1) & high.any(axis=1)).any()
    assert not part(window, 21.3, 21.7).any()


def test_who_speaks_is_told_to_the_moment(heard):
    windows = {window.window.start_us: window for window in read_activities(heard)}
    spoken = part(windows[8 * INTERVAL_US], 20.5, 22.5).any(axis=0)
    ends, begins = np.flatnonzero(np.diff(spoken.astype(int)))[[0, -1]] * 0.016875 + 20.5
    assert (ends, begins) == pytest.approx((21, 22), abs=0.17)


def test_local_speakers_who_say_nothing_are_left_out(heard, listener):
    assert all(window.active.any(axis=1).all() for window in read_activities(heard))
    nobody = listener.analyze(sound_batch(np.zeros(20 * RATE)), OPTIONS)
    assert nobody["activities"].to_pylist() == [[]] * nobody.num_rows


def test_a_window_that_the_samples_cut_off_is_heard_alike(listener, talk):
    whole = listener.analyze(sound_batch(talk[: 65 * RATE], 0, (0, 60)), OPTIONS)
    later = listener.analyze(sound_batch(talk[56 * RATE :], 56, (57, 84)), OPTIONS)
    cut = next(iter(read_activities(later)))
    full = {window.window.end_us: window for window in read_activities(whole)}[cut.window.end_us]
    assert cut.window.start_us > full.window.start_us == 22 * INTERVAL_US
    assert cut.window.start_us % STEP_US == 0
    span = cut.window.start_us / 1e6 + 0.5, cut.window.end_us / 1e6
    agree = part(full, *span).any(axis=0) == part(cut, *span).any(axis=0)
    assert agree.mean() > 0.9


def test_windows_closer_together_are_more(listener, talk):
    batch = sound_batch(talk[: 20 * RATE])
    few, many = (listener.analyze(batch, SpeakerTurnsOptions(interval_s=s)) for s in (5, 1))
    assert (few.num_rows, many.num_rows) == (4, 18)
    assert (np.diff(many["pts_us"].to_numpy()) == 59 * STEP_US).all()


def test_the_network_is_always_shown_as_many_windows(settings, talk):
    model, sizes = counted(load(settings, "speaker_turns"))
    listener = SpeakerTurns()
    listener.load(model)
    one = listener.analyze(sound_batch(talk[: 4 * RATE]), OPTIONS)
    assert one["end_us"].to_pylist()[0] == 4_000_000
    listener.analyze(sound_batch(talk[: 30 * RATE]), OPTIONS)
    assert sizes == [RUN_AT_MOST] * 6


@pytest.mark.parametrize("samples", [0, 1, 100, 3000])
def test_little_sound_is_answered(listener, samples):
    table = listener.analyze(sound_batch(np.zeros(samples)), OPTIONS)
    assert table["activities"].to_pylist() in ([], [[]])
