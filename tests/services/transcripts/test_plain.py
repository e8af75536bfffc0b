"""Texts that every format holds, and stretches that every format knows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aima.domain.speech import speaker_name
from aima.services.transcripts.plain import milliseconds, plain
from tests.services.transcripts.made import any_hearing, tokens


@given(st.lists(tokens).map(" ".join))
@any_hearing
def test_a_plain_text_is_one_line_that_utf_8_holds(text: str) -> None:
    made = plain(text)
    assert made.encode().decode() == made == plain(made)
    assert len(made.splitlines()) <= 1
    assert not set(made) & {"\0", "\x1b", "\ufffe"}


def test_what_is_written_stays() -> None:
    assert plain(" a \n b\u2028c\0 ") == "a b c"
    assert (
        plain("\U0001f469\u200d\U0001f680 <b> & \u05e9\u05dc\u05d5\u05dd")
        == "\U0001f469\u200d\U0001f680 <b> & \u05e9\u05dc\u05d5\u05dd"
    )


def test_no_stretch_is_empty() -> None:
    assert milliseconds(1_000_400, 1_000_400) == (1000, 1001)
    assert milliseconds(1_499, 2_501) == (1, 3)


def test_speakers_are_counted_from_one() -> None:
    assert (speaker_name(0), speaker_name(None)) == ("Speaker 1", "")
