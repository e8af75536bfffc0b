"""Everything that is heard as JSON."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from aima.domain.speech import Hearing, Sounding
from aima.services.transcripts import KINDS, Kind, write
from aima.services.transcripts.plain import plain
from tests.services.transcripts.made import CONTENT, SECOND, any_hearing, hearing, hearings, said, turn


def test_it_tells_everything() -> None:
    heard = hearing([said("Good day.", 1, 2)], [turn(0, 1, 2)], [Sounding(CONTENT, "Music", 0, SECOND, 0.5)])
    told = json.loads(write(heard, "talk.wav", "json"))
    assert (told["title"], told["content_id"]) == ("talk.wav", CONTENT)
    assert told["speakers"] == [{"name": "Speaker 1", "seconds": 5.0}]
    (utterance,) = told["utterances"]
    assert (utterance["speaker"], utterance["language"], utterance["text"]) == ("Speaker 1", "en", "Good day.")
    assert [(word["text"], word["start"], word["end"]) for word in utterance["words"]] == [
        ("Good", 1.0, 1.4),
        ("day.", 1.5, 1.9),
    ]
    assert (told["turns"][0]["start"], told["turns"][0]["end"]) == (1.0, 2.0)
    assert told["soundings"] == [{"label": "Music", "start": 0.0, "end": 1.0, "score": 0.5}]


@given(hearings)
@any_hearing
def test_it_is_read_back(heard: Hearing) -> None:
    told = json.loads(write(heard, "any \0 \ud800 title", "json"))
    assert [one["text"] for one in told["utterances"]] == [plain(one.text) for one in heard.utterances]
    for kind in ("utterances", "turns", "soundings"):
        wanted = [(one.start_us / 1e6, one.end_us / 1e6) for one in getattr(heard, kind)]
        got = [(one["start"], one["end"]) for one in told[kind]]
        assert all(a == pytest.approx(b, abs=0.002) for a, b in zip(got, wanted, strict=True))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "eaf"])  # which says when it was written
def test_the_same_hearing_gives_the_same_bytes(kind: Kind) -> None:
    heard = hearing([said("Good day.", 1, 2), said("Hello", 1, 3, 1)], [turn(0, 1, 2)])
    assert write(heard, "a.mp4", kind) == write(heard, "a.mp4", kind)
