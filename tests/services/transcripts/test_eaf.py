"""Tiers, as another program than the one that wrote them reads them."""

from __future__ import annotations

import io
from collections import Counter
from itertools import pairwise

from hypothesis import given
from speach import elan

from aima.domain.speech import Hearing, Sounding
from aima.services.transcripts import write
from aima.services.transcripts.plain import milliseconds, plain
from tests.services.transcripts.made import CONTENT, SECOND, any_hearing, hearing, hearings, said, turn


def read(data: bytes) -> elan.Doc:
    return elan.parse_eaf_stream(io.BytesIO(data))


def test_each_speaker_has_tiers() -> None:
    heard = hearing(
        [said("Yes & <no>.", 0, 1), said("Hm.", 2, 3, None)],
        [turn(0, 0, 1.5)],
        [Sounding(CONTENT, "Music", 0, SECOND, 1)],
    )
    document = read(write(heard, "talk.wav", "eaf"))
    found = {tier.ID: [(note.from_ts.sec, note.to_ts.sec, note.value) for note in tier] for tier in document.tiers()}
    assert found == {
        "Speaker 1 said": [(0, 1, "Yes & <no>.")],
        "Speaker 1 turns": [(0, 1.5, "Speaker 1")],
        "Somebody said": [(2, 3, "Hm.")],
        "sounds": [(0, 1, "Music")],
    }
    assert document.media_url == "talk.wav"


def test_what_overlaps_lies_in_two_tiers() -> None:
    document = read(write(hearing([said("One", 0, 2), said("two", 1, 3), said("three", 2, 3)]), "x", "eaf"))
    assert {tier.ID: [note.value for note in tier] for tier in document.tiers()} == {
        "Speaker 1 said": ["One", "three"],
        "Speaker 1 said 2": ["two"],
    }


def test_silence_is_a_whole_document() -> None:
    assert [len(list(tier)) for tier in read(write(hearing([]), "x", "eaf")).tiers()] == [0]


@given(hearings)
@any_hearing
def test_it_is_read_back(heard: Hearing) -> None:
    document = read(write(heard, "any \0 title", "eaf"))
    notes = [note for tier in document.tiers() for note in tier]
    got = Counter((round(note.from_ts.sec * 1000), round(note.to_ts.sec * 1000)) for note in notes)
    wanted = [*heard.utterances, *heard.turns, *heard.soundings]
    assert got == Counter(milliseconds(one.start_us, one.end_us) for one in wanted)
    texts = Counter(note.value or "" for tier in document.tiers() if " said" in tier.ID for note in tier)
    assert texts == Counter(plain(one.text) for one in heard.utterances)
    for tier in document.tiers():
        assert all(before.to_ts.sec <= after.from_ts.sec for before, after in pairwise(tier))
