"""Somebody speaks where voices are, nobody in silence and noise; neighbours agree on when they looked."""

import numpy as np
import pytest

from aima.analyzers.voice_activity import VoiceActivity, VoiceActivityOptions
from tests.analyzers.batches import ready
from tests.analyzers.hearing import read_sound, sound_batch
from tests.voices_made import HIGH, LOW, RATE, speak

OPTIONS = VoiceActivityOptions()


@pytest.fixture(scope="module")
def listener(settings):
    return ready("voice_activity", settings)


def chances(table, start_s, end_s):
    """Of the rows within these seconds."""
    rows = zip(*(table[name].to_pylist() for name in ("pts_us", "end_us", "speech_chance")), strict=True)
    return np.array([chance for start, end, chance in rows if start_s * 1e6 <= start and end <= end_s * 1e6])


def test_speech_is_heard_in_voices_and_not_in_silence_or_noise(listener):
    noise = np.random.default_rng(3).standard_normal(3 * RATE) * 0.02
    silence = np.zeros(3 * RATE)
    heard = listener.analyze(sound_batch(np.concatenate([silence, speak(LOW, 3), noise, speak(HIGH, 3)])), OPTIONS)
    assert heard.schema == VoiceActivity.schema()
    silent, low, noisy, high = (np.median(chances(heard, start + 0.5, start + 3)) for start in (0, 3, 6, 9))
    assert max(silent, noisy) < 0.1
    assert min(low, high) > 0.9


def test_rows_follow_each_other_on_the_grid_of_the_medium(listener):
    sound = speak(LOW, 6)
    whole = listener.analyze(sound_batch(sound), OPTIONS)
    later = listener.analyze(sound_batch(sound[2 * RATE :], start_s=2), OPTIONS)
    starts, ends = whole["pts_us"].to_numpy(), whole["end_us"].to_numpy()
    assert (starts[0], ends[-1]) == (0, 6_000_000)
    assert (starts[1:] == ends[:-1]).all()
    assert set(later["pts_us"].to_pylist()) == {start for start in starts.tolist() if start >= 2_000_000}
    # After a second it has forgotten that it did not hear the beginning.
    assert np.abs(chances(whole, 3, 6) - chances(later, 3, 6)).mean() < 0.05


def test_the_same_sound_gives_the_same_rows(listener):
    batch = sound_batch(speak(HIGH, 2))
    assert listener.analyze(batch, OPTIONS) == listener.analyze(batch, OPTIONS)


@pytest.mark.parametrize(("samples", "rows"), [(0, 0), (1, 1), (511, 1), (513, 2)])
def test_little_sound_is_answered(listener, samples, rows):
    assert listener.analyze(sound_batch(np.zeros(samples)), OPTIONS).num_rows == rows


def test_recorded_speech_is_heard(listener, media_dir):
    speech = read_sound(media_dir / "voices" / "libri_2609" / "2609-156975-0001.flac")[: 10 * RATE]
    assert np.mean(chances(listener.analyze(sound_batch(speech), OPTIONS), 0, 10) > 0.5) > 0.6
