"""The recogniser of this machine: what it takes and gives, on sound that says nothing."""

import pickle

import numpy as np
import pytest

from aima.models.loader import load
from aima.models.whisper_runtime import FRAMES_PER_SECOND, Heard, WhisperRuntime, whole_words, without_echo
from tests.voices_made import LOW, speak


@pytest.fixture(scope="module")
def runtime(settings):
    return load(settings, "speech_recognition").runtime


@pytest.fixture(scope="module")
def mels(runtime):
    """Two rows of sound, four seconds and two, with silence behind them."""
    rows = [runtime.mels(speak(LOW, seconds, seed)) for seed, seconds in enumerate((4.0, 2.0))]
    return np.stack([np.pad(row, ((0, 0), (0, 500 - row.shape[1])), constant_values=row.min()) for row in rows])


def test_sound_becomes_a_frame_each_hundredth_of_a_second(runtime):
    mels = runtime.mels(np.zeros(24_000, np.float32))
    assert (mels.shape, mels.dtype) == ((80, 150), np.float32)
    assert mels.shape[1] == FRAMES_PER_SECOND * 1.5


def test_what_is_encoded_is_half_as_long(runtime, mels):
    encoded = runtime.run({"mels": mels})["encoded"]
    assert (encoded.shape, encoded.dtype) == ((2, 250, 512), np.float32)


def test_chances_of_languages_are_shares(runtime, mels):
    rows = runtime.languages(runtime.run({"mels": mels})["encoded"])
    assert len(rows) == 2
    assert all(sum(row.values()) == pytest.approx(1, abs=0.01) for row in rows)
    assert {"de", "en", "fr", "haw"} <= set(rows[0]) <= runtime.known_languages


@pytest.mark.parametrize(("row", "seconds"), [(0, 4), (1, 2)])
def test_words_lie_within_the_sound_in_their_order(runtime, mels, row, seconds):
    encoded = runtime.run({"mels": mels[row : row + 1]})["encoded"]
    reading = runtime.read(encoded, 100 * seconds, "en")
    times = [time for word in reading.words for time in (word.start, word.end)]
    assert times == sorted(times)
    assert all(0 <= time <= seconds for time in times)
    assert all(word.text == word.text.strip() != "" and 0 <= word.score <= 1 for word in reading.words)
    assert reading.log_chance <= 0
    assert 0 <= reading.no_speech <= 1


def test_a_pickled_runtime_reads_the_same_in_another_place(runtime, mels):
    sent = pickle.dumps(runtime)
    assert len(sent) < 1000
    other = pickle.loads(sent)
    assert isinstance(other, WhisperRuntime)
    encoded = runtime.run({"mels": mels[:1]})["encoded"]
    np.testing.assert_array_equal(other.run({"mels": mels[:1]})["encoded"], encoded)
    assert other.read(encoded, 400, "de") == runtime.read(encoded, 400, "de")


def timed(*words):
    return [{"word": word, "start": i, "end": i + 1, "probability": 0.5 + i / 10} for i, word in enumerate(words)]


def test_pieces_of_a_word_are_one():
    assert whole_words(timed(" Schoko", "-Bonbons", " sind", " da."), spaced=True) == (
        Heard("Schoko-Bonbons", 0, 2, pytest.approx(0.55)),
        Heard("sind", 2, 3, 0.7),
        Heard("da.", 3, 4, 0.8),
    )


def test_punctuation_by_itself_is_no_word():
    assert [word.text for word in whole_words(timed(" –", " Ah", " !", " ja"), spaced=True)] == ["Ah!", "ja"]


def test_scripts_without_spaces_stay_in_pieces():
    assert [word.text for word in whole_words(timed("你", "好", " "), spaced=False)] == ["你", "好"]


def test_words_that_take_no_time_at_the_end_are_an_echo():
    said = [Heard("ja", 0.0, 0.4, 0.9), Heard("a", 0.4, 0.4, 0.9), Heard("so", 0.4, 0.8, 0.9)]
    assert without_echo([*said, Heard("ja", 0.8, 0.8, 0.9), Heard("a", 0.8, 0.8, 0.9)]) == tuple(said)
    assert without_echo(said[1:2]) == without_echo([]) == ()
