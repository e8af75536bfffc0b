from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.domain.ledger import ORIGIN, canonical, digest, follow, verify
from aima.errors import LedgerBroken

FORGERIES = [
    ("actor", "eve"),
    ("at_us", 999),
    ("kind", "merged"),
    ("event_id", "x"),
    ("payload", {"x": 0}),
    ("hash", "0"),
]
quick = settings(deadline=None, derandomize=True, max_examples=60)
payloads = st.dictionaries(
    st.text(), st.text(st.characters(exclude_categories=())) | st.integers() | st.floats(-1e9, 1e9)
)


def chain(*given):
    events = []
    for number, payload in enumerate(given):
        last = events[-1] if events else None
        events.append(follow(last, "named", payload, event_id=f"e{number}", actor="anna", at_us=number))
    return events


def test_the_first_event_follows_nothing():
    (event,) = chain({"name": "Anna"})
    assert (event.seq, event.prev_hash, event.hash) == (1, ORIGIN, digest(event))
    verify([event])
    verify([])


def test_canonical_text_does_not_depend_on_order_and_is_ascii():
    assert canonical({"b": 1, "a": "ü"}) == canonical({"a": "ü", "b": 1}) == '{"a":"\\u00fc","b":1}'


def test_a_number_that_json_lacks_is_refused():
    with pytest.raises(ValueError, match="JSON"):
        canonical(float("nan"))


@quick
@given(st.lists(payloads, min_size=1, max_size=5))
def test_a_chain_holds_also_after_json(given):
    events = chain(*given)
    verify(events)
    verify([replace(event, payload=json.loads(canonical(event.payload))) for event in events])


@quick
@given(st.lists(payloads, min_size=1, max_size=5), st.data())
def test_every_change_of_an_event_is_found_and_named(given, data):
    events = chain(*given)
    index = data.draw(st.integers(0, len(events) - 1))
    field, value = data.draw(st.sampled_from(FORGERIES))
    events[index] = replace(events[index], **{field: value})
    if digest(events[index]) != events[index].hash:
        with pytest.raises(LedgerBroken, match=f"event {index + 1} .* was changed"):
            verify(events)


def test_rehashing_a_changed_event_breaks_the_next_one():
    events = chain({"name": "Anna"}, {"name": "Bert"})
    forged = replace(events[0], payload={"name": "Eve"})
    with pytest.raises(LedgerBroken, match=r"event 2 .* was changed"):
        verify([replace(forged, hash=digest(forged)), events[1]])


def test_a_missing_event_is_named():
    events = chain({}, {}, {})
    with pytest.raises(LedgerBroken, match=r"event 2 .* is missing"):
        verify([events[0], events[2]])
