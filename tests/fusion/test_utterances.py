from __future__ import annotations

import pyarrow as pa

from aima.domain.speech import Turn
from aima.fusion.utterances import utterances
from tests.fusion.speaking import SECOND, words

CONTENT = "c" * 64


def turn(speaker: int, start: float, end: float) -> Turn:
    return Turn(f"{speaker}-{start}", CONTENT, speaker, round(start * SECOND), round(end * SECOND))


def made(*tables: pa.Table, turns: tuple[Turn, ...] = (), end: float = 100):
    return utterances(CONTENT, round(end * SECOND), pa.concat_tables(tables), turns)


def texts(*tables: pa.Table, turns: tuple[Turn, ...] = ()) -> list[tuple[int | None, str]]:
    return [(one.speaker, one.text) for one in made(*tables, turns=turns)]


def test_a_pause_a_sentence_and_a_phrase_end_it():
    first = words(("so", 0, 0.3), ("it", 0.3, 0.5), ("goes", 1.3, 1.6), ("on.", 1.6, 2.0), ("Yes", 2.0, 2.3))
    second = words(("and", 2.3, 2.5), ("then", 2.5, 2.9), phrase=1)
    assert texts(first, second) == [(None, "so it"), (None, "goes on."), (None, "Yes"), (None, "and then")]


def test_phrases_of_one_number_in_two_segments_are_two():
    table = words(("one", 59.0, 59.5), ("two", 60.0, 60.4))
    assert texts(table) == [(None, "one"), (None, "two")]


def test_a_word_that_two_segments_heard_across_their_border_is_there_once():
    said = words(("never", 59.2, 59.6), ("again,", 59.7, 60.1), ("Again", 60.0, 60.3), ("again", 60.4, 60.7))
    assert texts(said) == [(None, "never again,"), (None, "again")]
    assert texts(words(("no", 5.0, 5.3), ("no", 5.2, 5.5))) == [(None, "no no")]


def test_a_change_of_speaker_ends_it():
    said = words(("is", 0.8, 1.0), ("it", 1.0, 1.3), ("yes", 1.6, 1.9), ("it", 1.9, 2.1), ("is", 2.1, 2.4))
    talk = (turn(0, 0.5, 1.4), turn(1, 1.5, 3))
    assert texts(said, turns=talk) == [(0, "is it"), (1, "yes it is")]


def test_a_word_across_a_border_belongs_to_who_is_heard_most_of_it():
    said = words(("across", 1.0, 2.0))
    assert texts(said, turns=(turn(0, 0, 1.3), turn(1, 1.3, 3))) == [(1, "across")]
    assert texts(said, turns=(turn(0, 0, 1.7), turn(1, 1.7, 3))) == [(0, "across")]


def test_a_word_in_a_gap_belongs_to_the_nearest_and_far_away_to_nobody():
    talk = (turn(0, 0, 1), turn(1, 3, 4))
    assert texts(words(("near", 1.2, 1.5)), turns=talk) == [(0, "near")]
    assert texts(words(("near", 2.4, 2.8)), turns=talk) == [(1, "near")]
    assert texts(words(("far", 9.0, 9.5)), turns=talk) == [(None, "far")]


def test_a_word_in_overlap_belongs_to_who_speaks_around_it():
    talk = (turn(0, 0, 5), turn(1, 2, 3))
    assert texts(words(("mine", 2.4, 2.7)), turns=talk) == [(0, "mine")]


def test_the_language_is_that_of_most_words():
    german = words(("Das", 0, 0.2), ("ist", 0.2, 0.4), language="de")
    (one,) = made(german, words(("cool", 0.4, 0.8), language="en"))
    assert (one.language, one.text) == ("de", "Das ist cool")


def test_words_end_with_the_content():
    (one,) = made(words(("last", 1.0, 2.5), ("beyond", 2.2, 2.4)), end=2.1)
    assert (one.text, one.end_us, one.words[0].end_us) == ("last", 2.1 * SECOND, 2.1 * SECOND)


def test_ids_and_times_come_from_the_words():
    (one,) = made(words(("Hallo", 1.0, 1.4), ("Welt.", 1.5, 2.0)))
    assert (one.start_us, one.end_us) == (SECOND, 2 * SECOND)
    assert [word.text for word in one.words] == ["Hallo", "Welt."]
    assert one.utterance_id == made(words(("Hallo", 1.0, 1.4), ("Welt.", 1.5, 2.0)))[0].utterance_id
