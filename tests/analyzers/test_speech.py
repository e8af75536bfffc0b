"""Words come with their times and language, and nothing comes of what nobody says."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from aima.analyzers.speech import SpeechOptions
from aima.domain.batch import SOUND_RATE
from tests.analyzers.batches import ready
from tests.analyzers.hearing import listened, owned, read_sound, sound_batch
from tests.voices_made import HIGH, speak

LOOK_US = 32_000


@pytest.fixture(scope="module")
def activity(settings):
    return ready("voice_activity", settings)


@pytest.fixture(scope="module")
def speech(settings):
    return ready("speech", settings)


def chances(samples, *spoken):
    """A table of voice activity that says that somebody speaks in these spans (seconds), and nowhere else."""
    starts = np.arange(0, len(samples) * 1_000_000 // SOUND_RATE, LOOK_US, dtype=np.int64)
    sure = [float(any(a * 1e6 <= at < b * 1e6 for a, b in spoken)) for at in starts]
    return pa.table({"pts_us": starts, "end_us": starts + LOOK_US, "speech_chance": np.array(sure, np.float32)})


def words(table):
    return [word.strip(".,!?").casefold() for word in table["word"].to_pylist()]


def said(path, activity, speech):
    return listened(read_sound(path), [activity, speech])["speech"]


class Forbidden:
    """A recogniser that must not be asked."""

    def __getattr__(self, name):
        raise AssertionError(f"{name} was called")


def test_where_nobody_speaks_the_recogniser_is_not_asked(speech, monkeypatch):
    noise = np.random.default_rng(0).normal(0, 0.01, 20 * SOUND_RATE)
    batch = sound_batch(noise, speech_chance=chances(noise))
    monkeypatch.setattr(speech, "_runtime", Forbidden())
    table = speech.analyze(batch, SpeechOptions())
    assert table.num_rows == 0
    assert table.schema == speech.schema()
    empty = np.zeros(0, np.float32)
    assert speech.analyze(sound_batch(empty, speech_chance=chances(empty)), SpeechOptions()).num_rows == 0


@pytest.mark.parametrize("level", [0.0, 0.02])
def test_silence_and_noise_that_count_as_speech_say_next_to_nothing(speech, level):
    sound = np.random.default_rng(1).normal(0, level, 12 * SOUND_RATE)
    table = speech.analyze(sound_batch(sound, speech_chance=chances(sound, (1, 11))), SpeechOptions())
    assert table.num_rows <= 4


def test_rows_keep_to_their_segment_to_their_order_and_to_the_options(activity, speech, media_dir):
    sound = read_sound(media_dir / "speech/en/jfk.flac")
    looks = activity.analyze(sound_batch(sound), activity.options_type())
    batch = sound_batch(sound, own_s=(4.9, 11), speech_chance=looks)
    options = SpeechOptions(language="en", beam=1)
    table = speech.analyze(batch, options)
    assert words(table)[:4] == ["what", "your", "country", "can"]
    assert set(table["language"].to_pylist()) == {"en"}
    spans = list(zip(table["pts_us"].to_pylist(), table["end_us"].to_pylist(), strict=True))
    assert spans == sorted(spans)
    assert all(4_900_000 <= start <= end <= 11_000_000 for start, end in spans)
    assert owned(batch, table).num_rows == table.num_rows
    assert all(0 <= score <= 1 for score in table["word_score"].to_pylist())
    assert speech.analyze(batch, options).equals(table)


def test_german_and_english_are_written_word_by_word(activity, speech, media_dir):
    english = said(media_dir / "speech/en/jfk.flac", activity, speech)
    assert " ".join(words(english)) == (
        "and so my fellow americans ask not what your country can do for you ask what you can do for your country"
    )
    times = dict(zip(words(english), english["pts_us"].to_pylist(), strict=True))
    # As one hears it: of words said twice the later time is kept.
    for word, second in {"and": 0.3, "americans": 1.6, "not": 3.9, "you": 8.9, "country": 10.0}.items():
        assert times[word] == pytest.approx(second * 1e6, abs=350_000), word
    german = said(media_dir / "speech/de/thorsten_03.wav", activity, speech)
    assert " ".join(words(german)) == "europa und asien zusammengenommen wird auch als eurasien bezeichnet"
    assert (set(english["language"].to_pylist()), set(german["language"].to_pylist())) == ({"en"}, {"de"})
    assert min(english["language_chance"].to_pylist() + german["language_chance"].to_pylist()) > 0.9


def test_two_languages_in_one_breath_stay_two(activity, speech, media_dir):
    parts = [read_sound(media_dir / f"speech/{name}") for name in ("de/thorsten_03.wav", "en/LJ001-0001.flac")]
    sound = np.concatenate([parts[0], np.zeros(SOUND_RATE // 2, np.float32), parts[1]])
    table = listened(sound, [activity, speech])["speech"]
    heard = dict(zip(words(table), table["language"].to_pylist(), strict=True))
    assert (heard["eurasien"], heard["bezeichnet"], heard["printing"], heard["exhibition"]) == ("de", "de", "en", "en")


@pytest.mark.parametrize(
    "worse",
    [lambda sound: sound * 0.003, lambda sound: np.clip(sound * 20, -1, 1)],
    ids=["very quiet", "clipped"],
)
def test_quiet_and_clipped_speech_is_understood(activity, speech, media_dir, worse):
    sound = read_sound(media_dir / "speech/en/LJ001-0002.flac")
    looks = activity.analyze(sound_batch(sound), activity.options_type())
    table = speech.analyze(sound_batch(worse(sound), speech_chance=looks), SpeechOptions())
    assert len({"in", "being", "comparatively", "modern"} & set(words(table))) >= 3


def test_a_word_at_the_end_of_a_segment_is_heard_once(activity, speech, media_dir):
    """The same sound as one segment and cut into two, which share ten seconds."""
    sound = np.concatenate([read_sound(media_dir / f"speech/en/LJ001-000{n}.flac") for n in (1, 2)])
    length = len(sound) / SOUND_RATE
    whole = sound_batch(sound)
    table = activity.analyze(whole, activity.options_type())
    looks = dict(zip(table["speech_chance"].to_pylist(), table["pts_us"].to_pylist(), strict=True))
    cut = looks[min(chance for chance, at in looks.items() if 3e6 < at < 7e6)] / 1e6
    parts = []
    for own in ((0, cut), (cut, length)):
        batch = sound_batch(sound, own_s=own, speech_chance=table)
        parts += words(owned(batch, speech.analyze(batch, SpeechOptions(language="en"))))
    once = sound_batch(sound, speech_chance=table)
    expected = words(speech.analyze(once, SpeechOptions(language="en")))
    assert len(expected) > 25
    assert abs(len(parts) - len(expected)) <= 1
    assert sum(a == b for a, b in zip(parts, expected, strict=False)) >= len(expected) - 3


def test_a_language_that_nobody_knows_is_refused_by_name(speech):
    sound = speak(HIGH, 3)
    batch = sound_batch(sound, speech_chance=chances(sound, (0, 3)))
    with pytest.raises(ValueError, match="xx"):
        speech.analyze(batch, SpeechOptions(language="xx"))


def test_what_the_network_says_again_after_the_end_is_left_out(activity, speech, media_dir):
    """With no more silence than a second behind it this sentence comes twice."""
    table = said(media_dir / "speech/en/LJ001-0005.flac", activity, speech)
    assert words(table).count("invention") == 2
    assert words(table)[-1] == "printing"
