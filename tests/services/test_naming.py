from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.domain.person import Person
from aima.errors import PersonError, PersonUnknown
from aima.services.naming import find_person

ANNA = Person("aaaa1111-0000-4000-8000-000000000000", 1, "Anna")
BERT = Person("aaaa2222-0000-4000-8000-000000000000", 2, "#1")  # a name that looks like a number
GONE = Person("bbbb3333-0000-4000-8000-000000000000", 3, "Clara", "gone")
MERGED = Person("cccc4444-0000-4000-8000-000000000000", 4, None, "merged", ANNA.person_id)
EVERYBODY = [ANNA, BERT, GONE, MERGED]


@pytest.mark.parametrize(
    ("text", "person"),
    [(ANNA.person_id, ANNA), ("AAAA1", ANNA), (" anna ", ANNA), ("#1", ANNA), ("unknown 2", BERT), ("aaaa2222", BERT)],
)
def test_ids_numbers_names_and_prefixes_mean_somebody(text, person):
    assert find_person(EVERYBODY, text) is person


def test_a_prefix_of_several_names_them():
    with pytest.raises(PersonError, match=r"means 2 persons: Anna \(aaaa1111\), #1 \(aaaa2222\)"):
        find_person(EVERYBODY, "aaaa")


@pytest.mark.parametrize(
    ("text", "reason"),
    [("bbbb3333", "gives nothing of Clara"), ("#4", "Unknown 4 was merged into Anna"), ("aaa", "no person 'aaa'")],
)
def test_who_cannot_be_meant_and_why(text, reason):
    with pytest.raises(PersonUnknown, match=reason):
        find_person(EVERYBODY, text)


@settings(deadline=None, derandomize=True, max_examples=100)
@given(st.text(st.characters(exclude_categories=())))
def test_any_text_means_somebody_or_is_refused_in_one_line(text):
    try:
        answer = find_person(EVERYBODY, text).label
    except PersonError as error:
        answer = error.message
    assert answer.isprintable()
