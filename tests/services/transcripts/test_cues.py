"""Cues can be read: two short lines, a few seconds, cut where words are, and nothing lost."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given

from aima.domain.speech import Hearing
from aima.services.transcripts.cues import LINE, LINES, cues
from aima.services.transcripts.plain import milliseconds, plain
from tests.services.transcripts.made import any_hearing, hearing, hearings, said, turn

LONG = (
    "Es war einmal ein kleines Mädchen, das hatte jeder lieb, der es nur ansah, am allerliebsten aber seine "
    "Großmutter, die wusste gar nicht, was sie alles dem Kinde geben sollte."
)


def test_a_long_utterance_is_split_at_its_words() -> None:
    found = cues(hearing([said(LONG, 10, 20)]))
    assert len(found) >= 3
    assert all(len(cue.lines) <= LINES and max(map(len, cue.lines)) <= LINE for cue in found)
    assert " ".join(" ".join(cue.lines) for cue in found) == LONG
    assert (found[0].start_ms, found[-1].end_ms) == (10_000, 20_000)
    words = said(LONG, 10, 20).words
    begins = {milliseconds(word.start_us, word.end_us)[0]: word.text for word in words}
    assert [begins[cue.start_ms] for cue in found] == [cue.lines[0].split()[0] for cue in found]


def test_a_cue_ends_at_a_pause_if_there_is_one() -> None:
    assert [cue.lines[-1][-1] for cue in cues(hearing([said(LONG, 0, 10)]))] == [",", ",", "."]


def test_slow_speech_is_split_by_its_time() -> None:
    found = cues(hearing([said("Well I do not know", 0, 20)]))
    assert len(found) > 1
    assert all(cue.end_ms - cue.start_ms <= 7000 for cue in found)


def test_lines_are_about_equally_long() -> None:
    text = "one two three four five six seven eight nine ten"
    assert cues(hearing([said(text, 0, 5)]))[0].lines == ("one two three four five", "six seven eight nine ten")


def test_words_without_times_get_theirs_by_their_letters() -> None:
    found = cues(hearing([said(LONG, 10, 20, worded=False)]))
    assert (found[0].start_ms, found[-1].end_ms) == (10_000, 20_000)
    assert all(0 <= after.start_ms - before.end_ms < 200 for before, after in pairwise(found))


def test_names_are_said_where_several_speak() -> None:
    both = hearing([said("Yes.", 0, 1), said("No.", 1, 2, 1), said("Well.", 2, 3, None)])
    assert [cue.lines for cue in cues(both, named=True)] == [("Speaker 1: Yes.",), ("Speaker 2: No.",), ("Well.",)]
    assert cues(hearing([said("Yes.", 0, 1)]), named=True)[0].lines == ("Yes.",)


def test_nothing_said_gives_no_cue() -> None:
    assert cues(hearing([said(" ", 0, 1)], [turn(0, 0, 1)])) == []


@given(hearings)
@any_hearing
def test_nothing_is_lost_and_nothing_is_out_of_time(heard: Hearing) -> None:
    for utterance in heard.utterances:
        found = cues(hearing([utterance]))
        letters = "".join(line for cue in found for line in cue.lines)
        assert "".join(letters.split()) == "".join(plain(utterance.text).split())
        if found:
            start_ms, end_ms = milliseconds(utterance.start_us, utterance.end_us)
            assert min(cue.start_ms for cue in found) == found[0].start_ms == start_ms
            assert found[-1].end_ms in {end_ms, found[-1].start_ms + 1}
        assert all(cue.start_ms < cue.end_ms and max(map(len, cue.lines)) <= LINE for cue in found)
