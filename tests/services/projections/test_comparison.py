"""What differs between two lists of entries is told apart."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aima.services.projections.base import Entry
from aima.services.projections.comparison import compare


def entry(number: int, digest: str) -> Entry:
    return Entry(f"part {number % 2}", str(number), digest, "person", f"key {number}")


entries = st.dictionaries(st.integers(0, 9), st.sampled_from("ab")).map(
    lambda found: [entry(number, digest) for number, digest in found.items()]
)


@given(entries, entries)
def test_each_entry_is_told_once_and_rightly(expected, present):
    wanted, there = ({e.id: e.digest for e in side} for side in (expected, present))
    told = {d.id: d.kind for d in compare("documents", expected, present)}
    different = {id for id in wanted.keys() & there.keys() if wanted[id] != there[id]}
    assert told == (
        dict.fromkeys(wanted.keys() - there.keys(), "missing")
        | dict.fromkeys(there.keys() - wanted.keys(), "phantom")
        | dict.fromkeys(different, "different")
    )


def test_the_second_of_the_same_is_a_duplicate_and_says_what_mends_it():
    twice = [entry(1, "a"), entry(1, "a")]
    (found,) = compare("vectors", [entry(1, "a")], twice)
    assert (found.store, found.kind, found.part, found.id) == ("vectors", "duplicate", "part 1", "1")
    assert (found.topic, found.key, found.remedy) == ("person", "key 1", "aima verify --repair")


def test_the_same_id_in_two_parts_is_two_entries():
    here, there = Entry("a", "1", "x", "person", "1"), Entry("b", "1", "x", "person", "1")
    assert [d.kind for d in compare("vectors", [here, there], [there, here])] == []
    assert [(d.kind, d.part) for d in compare("vectors", [here], [there])] == [("phantom", "b"), ("missing", "a")]
