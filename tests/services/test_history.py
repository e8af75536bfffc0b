from __future__ import annotations

import pytest

from aima.domain.ledger import follow
from aima.services.history import words

NUMBERS = {"p": 1, "q": 2}


@pytest.mark.parametrize(
    ("kind", "payload", "text"),
    [
        ("fused", {"run_id": "0123456789", "minted": [["p", 1]]}, "fused 01234567: 1 new person"),
        ("fused", {"run_id": "0123456789", "minted": []}, "fused 01234567: 0 new persons"),
        ("named", {"person_id": "p", "name": "Anna"}, "#1 is named Anna"),
        ("named", {"person_id": "p", "name": None}, "#1 has no name any more"),
        ("merged", {"into": "p", "from": "q"}, "#2 was merged into #1"),
        ("split", {"person_id": "p", "number": 3, "locators": [{}]}, "1 track of #1 split off as #3"),
        ("undone", {"event_id": "e7"}, "event 7 was undone"),
    ],
)
def test_every_kind_of_event_has_words(kind, payload, text):
    event = follow(None, kind, payload, event_id="e", actor="anna", at_us=0)
    assert words(event, NUMBERS, {"e7": 7}) == text
