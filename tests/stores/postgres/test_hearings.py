from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from aima.domain.finding import text_id
from aima.domain.speech import Hearing, Word
from aima.stores.postgres import PostgresStores
from tests.hearings_made import made_hearing
from tests.persons_made import add_medium

TALK = [
    (0.0, 2.0, 0, "Good morning."),
    (1.5, 4.0, 1, "Good morning, how are you?"),
    (5.0, 5.5, 2, "Fine."),
    (6.0, 7.0, None, "Good morning."),
    (7.5, 8.0, 3, "Bye."),
]


@pytest.fixture
def medium(stores):
    return add_medium(stores, "talk.mp4")


@pytest.fixture
def hearing(medium) -> Hearing:
    return made_hearing("talk.mp4", TALK, [(8, 9, "music"), (8, 9.5, "singing")])


def plain(hearing: Hearing) -> tuple:
    """Everything that can be compared."""
    speakers = [
        (s.no, s.seconds, None if s.vector is None else s.vector.tolist(), s.vectors.shape, s.vectors.tolist())
        for s in hearing.speakers
    ]
    head = (hearing.content_id, hearing.input_hash)
    return head, speakers, hearing.turns, hearing.utterances, hearing.soundings


def announced(stores, since: int) -> set[tuple[str, str]]:
    return {(change.topic, change.key) for change in stores.outbox.after(since, 100)}


def test_what_is_recorded_is_read_also_by_another_process(stores, hearing, database):
    stores.hearings.record(hearing)
    with PostgresStores.open(database) as other:
        found = other.hearings.get(hearing.content_id)
        assert plain(found) == plain(hearing)
        assert {vector.dtype for s in found.speakers for vector in (s.vectors,)} == {np.dtype(np.float32)}
        assert other.hearings.input_hashes() == {hearing.content_id: "inputs"}
        said = {"Good morning.", "Good morning, how are you?", "Fine.", "Bye."}
        assert other.texts.all() == {text_id(text): text for text in said}


def test_a_content_that_is_silent_is_not_one_that_nobody_listened_to(stores, medium):
    assert stores.hearings.get(medium.content_id) is None
    stores.hearings.record(made_hearing("talk.mp4", []))
    assert plain(stores.hearings.get(medium.content_id)) == plain(made_hearing("talk.mp4", []))
    assert stores.texts.all() == {}


def test_recording_replaces_and_announces_what_changed(stores, hearing, medium):
    stores.hearings.record(hearing)
    head = stores.outbox.head()
    changed = made_hearing("talk.mp4", [TALK[3], (5, 6, 0, "Well.")], inputs="other")
    stores.hearings.record(changed)
    assert plain(stores.hearings.get(hearing.content_id)) == plain(changed)
    gone = {("text", text_id(text)) for text in ("Good morning, how are you?", "Fine.", "Bye.")}
    assert announced(stores, head) == gone | {("text", text_id("Well.")), ("medium", medium.media_id)}


def test_a_hearing_that_cannot_be_written_leaves_the_old_one(stores, hearing):
    stores.hearings.record(hearing)
    head = stores.outbox.head()
    with pytest.raises(Exception, match="turns_content_id_speaker_fkey"):
        stores.hearings.record(replace(hearing, speakers=hearing.speakers[:3]))
    assert plain(stores.hearings.get(hearing.content_id)) == plain(hearing)
    assert stores.outbox.head() == head


def test_nul_in_what_is_said_is_written_as_an_escape(stores, hearing):
    odd = replace(hearing.utterances[0], text="a\0b", words=(Word("a\0b", 0, 1, 0.5),))
    stores.hearings.record(replace(hearing, utterances=(odd,)))
    (found,) = stores.hearings.get(hearing.content_id).utterances
    assert (found.text, found.words[0].text) == ("a\\x00b", "a\\x00b")


def test_a_text_is_known_while_a_finding_or_an_utterance_holds_it(stores, hearing):
    stores.hearings.record(hearing)
    one = np.ones(4, np.float32)
    stores.texts.add_vectors("m@1", {"Fine.": one, "Never said.": one})
    asked = [text_id("Fine."), text_id("Never said.")]
    assert set(stores.texts.vectors_of(asked)) == {text_id("Fine.")}
    assert stores.models.texts_without("m@1") == 3
    stores.hearings.record(replace(hearing, utterances=()))
    assert stores.texts.vectors_of(asked) == {}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([{"häuser", "haeuser", "hauser"}], {"Das Haus steht am See."}),
        ([{"running"}], {"She runs every day."}),
        ([{"steh"}], {"Das Haus steht am See."}),
        ([{"every"}, {"see"}], {"She runs every day.", "Das Haus steht am See."}),
        ([{"am"}, {"see"}], {"Das Haus steht am See."}),
        ([{"das"}], {"Das Haus steht am See."}),
        ([{"'; DROP TABLE utterances; --"}], set()),
        ([{"\\"}, set()], set()),
        ([], set()),
    ],
)
def test_words_are_found_in_whatever_form(stores, medium, words, expected):
    stores.hearings.record(
        made_hearing("talk.mp4", [(0, 1, 0, "She runs every day."), (1, 2, 0, "Das Haus steht am See.")])
    )
    assert set(stores.moments.said_with(words, 10).values()) == expected


def test_stop_words_say_nothing_alone(stores):
    assert stores.moments.telling(["der", "the", "über", "zug", "runs", "'"]) == {"zug", "runs"}
    assert stores.moments.telling([]) == set()


def test_what_holds_most_of_the_words_comes_first_where_there_is_much(stores, medium):
    lines = [(n, n + 1, 0, f"apples {n}") for n in range(20)]
    stores.hearings.record(made_hearing("talk.mp4", [*lines, (30, 31, 0, "apples and pears")]))
    assert list(stores.moments.said_with([{"apple"}, {"pear"}], 1).values()) == ["apples and pears"]


def test_utterances_of_a_text_come_in_order_and_of_the_contents_that_are_asked_for(stores, hearing, medium):
    add_medium(stores, "other.mp4")
    stores.hearings.record(hearing)
    stores.hearings.record(made_hearing("other.mp4", [(3, 4, 0, "Good morning.")]))
    morning = [text_id("Good morning.")]
    everywhere = stores.moments.utterances(morning, 10)
    assert sorted(one.start_us for one in everywhere) == [0, 3_000_000, 6_000_000]
    assert everywhere == sorted(everywhere, key=lambda one: (one.content_id, one.start_us))
    assert [one.start_us for one in stores.moments.utterances(morning, 10, [medium.content_id])] == [0, 6_000_000]
    assert [one.start_us for one in stores.moments.utterances(morning, 1, [medium.content_id])] == [0]
    assert stores.moments.utterances(morning, 10, []) == []
