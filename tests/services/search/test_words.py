from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.services.search.words import bare, likeness, parts, spellings, words_of


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("bäckerei", "BÄCKEREI Müller"),
        ("baeckerei", "Bäckerei"),
        ("Backerei", "Bäckerei"),
        ("Bäckerei", "BAECKEREI"),
        ("Straße", "HAUPTSTRASSE 5, Lange STRASSE"),
        ("strasse", "Lange Straße"),
        ("café", "CAFE"),
        ("cafe\u0301", "café"),
        ("golden retriever", "Retriever, golden"),
    ],
)
def test_the_same_words_are_the_same_however_they_are_written(query, text):
    assert likeness(query, text) == 1.0


def test_parts_and_misread_words_count_less_and_others_nothing():
    ladder = ["bäckerei", "bäckereien", "dorfbäckerei", "bäckerci", "metzgerei", "xyz"]
    values = [likeness("bäckerei", word) for word in ladder]
    assert values[0] == 1.0
    assert sorted(values, reverse=True) == values
    assert values[3] >= 0.5
    assert values[4:] == [0.0, 0.0]
    assert likeness("to be", "tobias") < 1.0
    assert likeness("be", "abet") == 0.0, "a short word in the middle of another is chance"
    assert likeness("bus stop", "bus") == pytest.approx(3 / 7)
    assert likeness("a microphone", "adidas") == 0.0, "nor is a single letter the beginning of a word"
    assert likeness("ein Hund", "Hund") == pytest.approx(4 / 7)


def test_nothing_answers_no_words():
    assert likeness("...", "anything") == likeness("anything", "") == 0.0
    assert words_of("a-b, c_d!") == ["a", "b", "c_d"]
    assert spellings("müsse") == {"müsse", "muesse", "müße", "musse"}
    assert parts(["bäck", "am"]) == {"bac", "ack"}


@given(st.text(max_size=20), st.text(max_size=20))
@settings(deadline=None, derandomize=True, max_examples=200)
def test_likeness_is_a_share_and_whole_for_itself(one, other):
    assert 0.0 <= likeness(one, other) <= 1.0
    if words_of(one):
        assert likeness(one, one) == likeness(one, f"{other} {one} {other}") == 1.0
    assert bare(bare(one)) == bare(one)
