"""A voice is like itself and unlike others, and only what is heard of it alone counts."""

from dataclasses import replace

import numpy as np
import pytest

from aima.analyzers.speaker_embedder import SpeakerEmbedder, SpeakerEmbedderOptions
from aima.analyzers.speaker_turns import SpeakerTurns
from aima.models.loader import load
from tests.analyzers.batches import counted, ready
from tests.analyzers.hearing import sound_batch
from tests.voices_made import HIGH, LOW, RATE, speak

OPTIONS = SpeakerEmbedderOptions()
STEP_US = 10_000.0


@pytest.fixture(scope="module")
def embedder(settings):
    return ready("speaker_embedder", settings)


def windows(*spoken):
    """A table of windows of 10 s that begin every 2 s. Of each: its speakers; of each of these: (from, to) in s."""
    rows = [[[any(a <= i / 100 < b for a, b in spans) for i in range(1000)] for spans in window] for window in spoken]
    starts = np.arange(len(rows)) * 2_000_000
    columns = {
        "end_us": (starts + 10_000_000).tolist(),
        "activities": rows,
        "activity_step_us": [STEP_US] * len(rows),
    }
    return SpeakerTurns.table(starts, columns)


def vectors(table):
    return [[v and np.array(v) for v in row] for row in table["voice_vectors"].to_pylist()]


@pytest.fixture(scope="module")
def talk():
    """Low 0..4 s, high 4..8 s, both 8..10 s, low 10..14 s."""
    both = speak(LOW, 2, 5) + speak(HIGH, 2, 5)
    return np.concatenate([speak(LOW, 4, 1), speak(HIGH, 4, 2), both, speak(LOW, 4, 3)])


@pytest.mark.parametrize("model", ["campplus", "resemblyzer"])
def test_the_same_voice_in_other_windows_is_alike_and_another_is_not(settings, talk, model):
    table = windows([[(0, 4), (8, 10)], [(4, 10)]], [], [[(0, 4)], [(6, 10)]])
    embedder = ready("speaker_embedder", settings, model)
    heard = embedder.analyze(sound_batch(talk, activities=table), OPTIONS)
    assert heard.schema == SpeakerEmbedder.schema()
    (low, high), none, (high_again, low_again) = vectors(heard)
    assert none == []
    everyone = np.array([low, high, high_again, low_again])
    assert everyone.shape == (4, load(settings, model).dimension)
    assert np.linalg.norm(everyone, axis=1) == pytest.approx(1, abs=1e-5)
    strangers = max(low @ high, low @ high_again, low_again @ high, low_again @ high_again)
    assert min(low @ low_again, high @ high_again) > strangers + 0.05


def test_what_others_speak_into_does_not_count(embedder, talk):
    table = windows([[(0, 4), (8, 10)], [(4, 10)]])
    once = embedder.analyze(sound_batch(talk, activities=table), OPTIONS)
    noisy = talk.copy()
    noisy[8 * RATE :] = speak(HIGH, 6, 9)
    again = embedder.analyze(sound_batch(noisy, activities=table), OPTIONS)
    assert once["voice_seconds"].to_pylist() == again["voice_seconds"].to_pylist() == [pytest.approx([4, 4], abs=0.02)]
    for before, after in zip(vectors(once)[0], vectors(again)[0], strict=True):
        # A frame at the border hears a hundredth of a second of what follows.
        assert before @ after > 0.99


def test_too_little_gives_no_vector_but_its_seconds(embedder, talk):
    table = windows([[(0, 0.39)], [(1, 1.41)], []])
    heard = embedder.analyze(sound_batch(talk, activities=table), OPTIONS)
    assert [v is None for v in vectors(heard)[0]] == [True, False, True]
    assert heard["voice_seconds"].to_pylist()[0] == pytest.approx([0.39, 0.41, 0], abs=0.015)


def test_of_much_the_middle_of_the_window_is_taken(settings, talk):
    model, _ = counted(load(settings, "speaker_embedding"))
    embedder = SpeakerEmbedder()
    embedder.load(model)
    table = windows([[(0, 10)]])
    heard = embedder.analyze(sound_batch(talk, activities=table), SpeakerEmbedderOptions(most_s=2))
    middle = embedder.analyze(sound_batch(talk, activities=windows([[(4, 6)]])), SpeakerEmbedderOptions(most_s=2))
    assert heard["voice_seconds"].to_pylist() == [[2.0]]
    assert vectors(heard)[0][0] @ vectors(middle)[0][0] > 0.99


class Silent:
    """A network that must not be asked."""

    def run(self, inputs):
        pytest.fail("the network was asked")


@pytest.mark.parametrize(("identify", "spoken"), [(False, [(0, 4)]), (True, [(0, 0.2)])])
def test_the_network_is_not_asked_for_what_gets_no_vector(settings, talk, identify, spoken):
    embedder = SpeakerEmbedder()
    embedder.load(replace(load(settings, "speaker_embedding"), runtime=Silent()))
    batch = sound_batch(talk, activities=windows([[*spoken]], []))
    heard = embedder.analyze(batch, SpeakerEmbedderOptions(identify=identify))
    assert heard["voice_vectors"].to_pylist() == [[None], []]


def test_windows_that_are_not_there_give_no_rows(embedder):
    heard = embedder.analyze(sound_batch(np.zeros(0), activities=windows()), OPTIONS)
    assert heard.num_rows == 0
    assert heard.schema == SpeakerEmbedder.schema()


def test_the_same_sound_gives_the_same_vectors(embedder, talk):
    batch = sound_batch(talk, activities=windows([[(0, 4)], [(4, 8)]]))
    assert embedder.analyze(batch, OPTIONS) == embedder.analyze(batch, OPTIONS)


def test_where_samples_begin_later_in_the_medium_the_same_is_heard(embedder, talk):
    table = windows([], [], [[(0, 4)]])
    whole = embedder.analyze(sound_batch(talk, activities=table), OPTIONS)
    later = embedder.analyze(sound_batch(talk[2 * RATE :], 2, activities=table[2:]), OPTIONS)
    assert vectors(whole)[2][0] @ vectors(later)[0][0] > 0.999
