"""Names of collections and expressions."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.stores.milvus import names
from aima.stores.vectors import Space

SPACES = st.builds(Space, st.sampled_from(["face", "image", "text"]), st.text(max_size=200), st.integers(2, 4096))
NAMESPACES = st.from_regex(r"[a-z][a-z0-9_]{0,40}", fullmatch=True)


@settings(deadline=None, derandomize=True)
@given(NAMESPACES, SPACES)
def test_a_space_has_a_name_that_milvus_takes_and_is_read_back_from_its_card(namespace, space):
    name = names.collection(namespace, space)
    assert re.fullmatch(r"[a-z][A-Za-z0-9_]{0,254}", name)
    assert names.space_of(names.card(namespace, space), namespace) == space
    assert names.space_of(names.card(namespace, space), f"{namespace}x") is None


@settings(deadline=None, derandomize=True)
@given(NAMESPACES, SPACES, SPACES)
def test_other_spaces_have_other_names(namespace, one, other):
    assert (names.collection(namespace, one) == names.collection(namespace, other)) == (one == other)


@pytest.mark.parametrize("card", ["", "null", "{}", "[1, 2]", '["aima", "smell", "v@1", 3]', "no json"])
def test_what_is_no_card_is_no_space(card):
    assert names.space_of(card, "aima") is None


@settings(deadline=None, derandomize=True)
@given(st.text())
def test_a_quoted_string_ends_only_at_its_end(text):
    inside = names.quoted(text)[1:-1]
    assert not re.search(r'(?<!\\)(\\\\)*"', inside)
    assert re.sub(r"\\(.)", r"\1", inside, flags=re.DOTALL) == text
