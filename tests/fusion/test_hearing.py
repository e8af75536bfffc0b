"""The whole way from tables to a hearing, on talks that are made up."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.domain.speech import Hearing
from aima.fusion.hearing import hear
from tests.fusion.making import CALIBRATION, look
from tests.fusion.speaking import SECOND, Talk, shuffled, sounds, spoken, words

CONTENT = "c" * 64
TALK: Talk = {1: [(0.5, 6.0), (12.0, 18.0)], 2: [(6.5, 11.5), (17.5, 24.0)], 3: [(24.5, 29.0)]}
SAID = words(
    ("Hello,", 1.0, 1.4),
    ("Dr.", 1.5, 1.7),
    ("Smith.", 1.7, 2.2),
    ("How", 2.2, 2.4),
    ("are", 2.4, 2.6),
    ("you?", 2.6, 3.0),
    ("Fine.", 7.0, 7.5),
    ("Good.", 25.0, 25.5),
)


def heard(heard_by, end_s: float = 30, speakers: int | None = None) -> Hearing:
    return hear(CONTENT, "inputs", round(end_s * SECOND), heard_by, CALIBRATION, speakers)


def turns(hearing: Hearing) -> list[tuple[int, float, float]]:
    return [(turn.speaker, turn.start_us / SECOND, turn.end_us / SECOND) for turn in hearing.turns]


def plain(hearing: Hearing) -> list[object]:
    """Everything of a hearing as comparable values."""
    fields = [
        [
            (s.no, s.seconds, s.vectors.tolist(), None if s.vector is None else s.vector.tolist())
            for s in hearing.speakers
        ]
    ]
    return [*fields, hearing.turns, hearing.utterances, hearing.soundings]


def test_who_says_what_when():
    hearing = heard({**spoken(TALK, 30), "speech": SAID, "sound_events": sounds({8.0: {"music": 0.7}})})
    assert turns(hearing) == [
        (0, 0.5, 6.0),
        (1, 6.5, 11.5),
        (0, 12.0, 18.0),
        (1, 17.5, 24.0),
        (2, 24.5, 29.0),
    ]
    assert [(u.speaker, u.text) for u in hearing.utterances] == [
        (0, "Hello, Dr. Smith."),
        (0, "How are you?"),
        (1, "Fine."),
        (2, "Good."),
    ]
    assert [(s.label, s.start_us, s.end_us) for s in hearing.soundings] == [("music", 8 * SECOND, 9 * SECOND)]
    assert (hearing.content_id, hearing.input_hash) == (CONTENT, "inputs")


def test_speakers_have_the_vectors_of_what_is_heard_of_them_alone():
    hearing = heard(spoken(TALK, 30))
    assert [speaker.no for speaker in hearing.speakers] == [0, 1, 2]
    assert [speaker.seconds for speaker in hearing.speakers] == pytest.approx([11.0, 11.0, 4.5])
    for speaker, person in zip(hearing.speakers, (1, 2, 3), strict=True):
        assert speaker.vector is not None
        assert speaker.vector @ look(person, 999, noise=0) > 0.9
        assert np.linalg.norm(speaker.vector) == pytest.approx(1, abs=1e-5)
        assert 1 <= len(speaker.vectors) <= 3, "stretches of windows that do not overlap"


def test_a_look_without_a_vector_takes_nothing_from_its_speaker():
    talk: Talk = {1: [(0.5, 6.0), (12.0, 12.2)]}
    tables = spoken(talk, 24)
    assert any(None in vectors for vectors in tables["speaker_embedder"]["voice_vectors"].to_pylist())
    hearing = heard(tables, end_s=24)
    (speaker,) = hearing.speakers
    assert np.linalg.norm(speaker.vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert speaker.vector is not None
    assert np.linalg.norm(speaker.vector) == pytest.approx(1, abs=1e-5)


def test_the_count_can_be_given():
    one = heard(spoken(TALK, 30), speakers=1)
    assert {turn.speaker for turn in one.turns} == {0}
    assert len(heard(spoken(TALK, 30), speakers=2).speakers) == 2
    assert len(heard(spoken(TALK, 30), speakers=3).speakers) == 3
    assert len(heard(spoken({1: [(0.5, 9)]}, 10), speakers=5).speakers) == 1, "there is one look only"


def test_without_a_calibration_nobody_is_told_apart_and_words_are_kept():
    hearing = hear(CONTENT, "inputs", 30 * SECOND, {**spoken(TALK, 30), "speech": SAID}, None)
    assert (hearing.speakers, hearing.turns) == ((), ())
    assert {utterance.speaker for utterance in hearing.utterances} == {None}
    assert len(hearing.utterances) == 4


@pytest.mark.parametrize(
    "heard_by", [{}, spoken({}, 30), {**spoken({}, 0), "speech": words(), "sound_events": sounds({})}]
)
def test_where_nobody_speaks_the_hearing_is_empty(heard_by):
    assert plain(heard(heard_by)) == [[], (), (), ()]


def test_vectors_alone_or_turns_alone_tell_nobody_apart():
    tables = spoken(TALK, 30)
    for name in tables:
        assert heard({name: tables[name]}).turns == ()


def test_the_order_of_rows_changes_nothing():
    tables = {**spoken(TALK, 70), "speech": SAID, "sound_events": sounds({8.0: {"music": 0.7}, 9.0: {"music": 0.4}})}
    for seed in range(5):
        assert plain(heard(shuffled(tables, seed))) == plain(heard(tables))


def test_speakers_who_are_heard_in_minutes_apart_are_the_same():
    talk = {1: [(1.0, 6.0), (200.0, 206.0)], 2: [(8.0, 14.0), (210.0, 216.0)]}
    assert [speaker for speaker, *_ in turns(heard(spoken(talk, 220), 220))] == [0, 1, 0, 1]


def test_hours_are_cut_into_blocks_and_come_to_the_same_speakers(monkeypatch):
    talk = {who: [(t, t + 4.5) for t in range(who * 5, 600, 20)] for who in range(4)}
    whole = heard(spoken(talk, 600), 600)
    monkeypatch.setattr("aima.fusion.speakers.BLOCK", 50)
    blocks = heard(spoken(talk, 600), 600)
    assert turns(blocks) == turns(whole)
    assert len(blocks.speakers) == 4


SPANS = st.lists(
    st.tuples(st.floats(0, 30), st.floats(0.1, 12)).map(lambda one: (one[0], one[0] + one[1])), min_size=0, max_size=4
)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.dictionaries(st.integers(0, 5), SPANS, max_size=4), st.floats(0.5, 40), st.integers(0, 99))
def test_times_ascend_and_lie_within_the_content(talk, end_s, seed):
    said = words(*(("word", 0.37 * n, 0.37 * n + 0.3) for n in range(100)))
    hearing = heard(shuffled({**spoken(talk, 40), "speech": said}, seed), end_s)
    end_us = round(end_s * SECOND)
    for kind in (hearing.turns, hearing.utterances):
        spans = [(one.start_us, one.end_us) for one in kind]
        assert spans == sorted(spans)
        assert all(0 <= start < end <= end_us for start, end in spans)
    for speaker in hearing.speakers:
        own = [(turn.start_us, turn.end_us) for turn in hearing.turns if turn.speaker == speaker.no]
        assert own, "every speaker has a turn"
        assert all(before[1] < after[0] for before, after in itertools.pairwise(own))
    kept = [dataclasses.astuple(word) for one in hearing.utterances for word in one.words]
    assert len(kept) == sum(0.37 * n < end_us / SECOND - 1e-6 for n in range(100))
    assert len(set(kept)) == len(kept)
    assert {one.speaker for one in hearing.utterances} <= {None, *(speaker.no for speaker in hearing.speakers)}
