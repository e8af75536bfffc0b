"""Turns and utterances as rows, as other programs read them."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from hypothesis import given
from pyannote.database.util import load_rttm

from aima.domain.speech import Hearing, speaker_name
from aima.services.transcripts import write
from aima.services.transcripts.plain import milliseconds, plain
from tests.services.transcripts.made import any_hearing, hearing, hearings, said, turn

TITLE = 'a "film"\twith, #odd\r\n name.mp4'


def test_turns_as_rttm() -> None:
    data = write(hearing([], [turn(0, 0.5, 2), turn(1, 1.25, 3)]), "my talk.wav", "rttm")
    assert data.decode().splitlines() == [
        "SPEAKER my_talk.wav 1 0.500 1.500 <NA> <NA> Speaker_1 <NA> <NA>",
        "SPEAKER my_talk.wav 1 1.250 1.750 <NA> <NA> Speaker_2 <NA> <NA>",
    ]


@given(hearings)
@any_hearing
def test_rttm_is_read_back(heard: Hearing) -> None:
    found = load_rttm(io.BytesIO(write(heard, TITLE, "rttm"))) if heard.turns else {}
    got = [
        (round(segment.start * 1000), round(segment.end * 1000), label)
        for annotation in found.values()
        for segment, _, label in annotation.itertracks(yield_label=True)
    ]
    wanted = [
        (*milliseconds(one.start_us, one.end_us), speaker_name(one.speaker).replace(" ", "_")) for one in heard.turns
    ]
    assert sorted(set(got)) == sorted(set(wanted))
    assert set(found) <= {"a_film_with_odd_name.mp4"}


def test_a_nameless_medium_has_a_name() -> None:
    assert write(hearing([], [turn(0, 0, 1)]), " \0", "rttm").split()[1] == b"medium"


@given(hearings)
@any_hearing
def test_the_table_is_read_back(heard: Hearing) -> None:
    got = pd.read_csv(io.BytesIO(write(heard, TITLE, "csv")), keep_default_na=False, dtype={"text": str})
    assert list(got.columns) == ["start", "end", "speaker", "language", "text"]
    for row, one in zip(got.itertuples(), heard.utterances, strict=True):
        assert (row.start, row.end) == pytest.approx((one.start_us / 1e6, one.end_us / 1e6), abs=0.002)
        assert (row.speaker, row.text) == (speaker_name(one.speaker), plain(one.text))


def test_a_comma_and_quotes_stay_in_their_cell() -> None:
    got = pd.read_csv(io.BytesIO(write(hearing([said('He said, "no".', 0, 1)]), "x", "csv")))
    assert got.text.tolist() == ['He said, "no".']
