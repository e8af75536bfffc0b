from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from aima.errors import QueryInvalid
from aima.services.search.query import Query


def test_a_query_says_what_it_looks_for_and_takes_what_people_write():
    query = Query.of(face="a.jpg", text="  Hund ", expression="Happiness", since="2024-02-01", medium="b.mp4")
    assert query.sought == ("face", "text", "expression")
    assert (query.face, query.text, query.expression) == (Path("a.jpg"), "Hund", "happiness")
    assert query.since == date(2024, 2, 1)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "nothing is asked for: give at least one of face, image, text, said, object, expression, person"),
        ({"medium": "a.mp4", "kind": "video"}, "nothing is asked for"),
        ({"text": "  "}, "text: "),
        ({"text": "x" * 501}, "text: "),
        ({"expression": "hunger"}, "expression: 'hunger' is none of neutral, happiness"),
        ({"person": "#1", "kind": "film"}, "kind: "),
        ({"person": "#1", "since": "yesterday"}, "from: "),
        ({"person": "#1", "until": "2024-13-01"}, "to: "),
        ({"person": "#1", "since": "2024-02-02", "until": "2024-02-01"}, "2024-02-02 is after 2024-02-01"),
        ({"person": "#1", "since": "86400"}, "from: '86400' is no day"),
        ({"person": "#1", "until": "2024-02-01T00:00:00"}, "to: "),
        ({"person": "#1", "since": "\u0662\u0660\u0662\u0664-01-01"}, "from: "),
        ({"person": "#1", "limit": 0}, "limit: "),
        ({"person": "#1", "limit": 1001}, "limit: "),
        ({"person": "#1", "within_s": -1}, "within: "),
        ({"person": "#1", "within_s": float("nan")}, "within: "),
        ({"person": "#1", "within_s": float("inf")}, "within: "),
        ({"text": "\udc80"}, "text: "),
        ({"face": "a\0.jpg"}, "face: no name of a file holds NUL"),
        ({"text": "dog", "face_number": 2}, "a number of a face needs a picture with faces"),
        ({"face": "a.jpg", "face_number": 0}, "face-number: "),
        ({"object": "\x1b[31m", "expression": "\x07"}, r"expression: '\x07' is none of"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line_with_a_remedy(given, said):
    with pytest.raises(QueryInvalid) as refused:
        Query.of(**given)
    assert refused.value.message.startswith(said)
    assert refused.value.message.isprintable()
    assert (refused.value.remedy, refused.value.exit_code) == ("see: aima search --help", 2)
