"""Speech, singing and music are told apart second by second, and silence is nothing."""

from __future__ import annotations

import numpy as np
import pytest

from aima.analyzers.sound_events import SoundEvents, SoundEventsOptions
from aima.domain.batch import SOUND_RATE
from aima.models.loader import load
from tests.analyzers.batches import ready
from tests.analyzers.hearing import sound_batch
from tests.voices_made import LOW, speak

RICHER = SoundEventsOptions(min_score=0.0, most=3)


def melody(seconds: int) -> np.ndarray:
    """Chords of a plucked instrument, two in a second."""
    time = np.arange(SOUND_RATE // 2) / SOUND_RATE
    roots = 220 * 2 ** (np.random.default_rng(0).choice([0, 2, 4, 5, 7, 9], seconds * 2) / 12)
    tones = [(third * harmonic, 1 / harmonic) for third in (1, 1.26, 1.5) for harmonic in (1, 2, 3, 4)]
    chords = [sum(share * np.sin(2 * np.pi * root * tone * time) for tone, share in tones) for root in roots]
    sound = np.concatenate([chord * np.exp(-3 * time) for chord in chords])
    return (0.3 * sound / np.abs(sound).max()).astype(np.float32)


@pytest.fixture(scope="module")
def events(settings):
    return ready("sound_events", settings)


@pytest.fixture(scope="module")
def sound():
    """Four seconds each of somebody, of music and of nothing."""
    return np.concatenate([speak(LOW, 4), melody(4), np.zeros(4 * SOUND_RATE, np.float32)])


def surest(table):
    return [max(look, key=lambda one: one["score"])["label"] if look else None for look in table["sounds"].to_pylist()]


def test_speech_music_and_silence_are_told_apart(events, sound):
    table = events.analyze(sound_batch(sound), SoundEventsOptions())
    assert table.schema == events.schema()
    heard = surest(table)
    # The seconds in which one gives way to the other are of both.
    assert heard[:3] == ["speech"] * 3
    assert heard[5:7] == ["music"] * 2
    assert heard[9:] == [None] * 3
    assert all(look == sorted(look, key=lambda one: -one["score"]) for look in table["sounds"].to_pylist())


def test_looks_begin_with_full_seconds_and_neighbours_agree(events, sound):
    whole = events.analyze(sound_batch(sound), RICHER)
    assert whole["pts_us"].to_pylist() == [1_000_000 * i for i in range(12)]
    later = events.analyze(sound_batch(sound[SOUND_RATE // 2 : -SOUND_RATE // 4], 0.5), RICHER)
    assert later["pts_us"].to_pylist() == [1_000_000 * i for i in range(1, 12)]
    assert later["end_us"].to_pylist()[-1] == 11_750_000

    def scores(table, at):
        (look,) = (row["sounds"] for row in table.to_pylist() if row["pts_us"] == at * 1_000_000)
        return [score for _, score in sorted((one["label"], one["score"]) for one in look)]

    for second in range(5, 10):
        assert scores(later, second) == pytest.approx(scores(whole, second), abs=0.02)


@pytest.mark.parametrize("length", [0, 100, 399, 400, SOUND_RATE + 1])
def test_the_shortest_sounds_are_no_trouble(events, length):
    table = events.analyze(sound_batch(speak(LOW, 2)[:length]), RICHER)
    assert table.num_rows == (length >= 400) + (length - SOUND_RATE >= 400)


def test_options_choose_what_is_kept(events, sound):
    one = events.analyze(sound_batch(sound), SoundEventsOptions(min_score=0.0, most=1))
    assert {len(look) for look in one["sounds"].to_pylist()} == {1}
    none = events.analyze(sound_batch(sound), SoundEventsOptions(min_score=1.0))
    assert sum(map(len, none["sounds"].to_pylist())) <= 1


def test_the_model_of_many_sounds_fits_the_same_analyzer(settings, sound):
    entry = "yamnet"
    if not (settings.models_dir / entry).is_dir():
        pytest.skip(f"{entry} is not built: it is not among the defaults")
    many = SoundEvents()
    many.load(load(settings, entry))
    table = many.analyze(sound_batch(sound), SoundEventsOptions())
    heard = surest(table)
    assert heard[5:7] == ["Music"] * 2
    assert heard[9:] == [None] * 3
    assert table["end_us"].to_pylist() == [1_000_000 * (i + 1) for i in range(12)]
