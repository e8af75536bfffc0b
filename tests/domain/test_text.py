from __future__ import annotations

import os

from hypothesis import given, settings
from hypothesis import strategies as st

from aima.domain.text import display, storable

quick = settings(deadline=None, derandomize=True, max_examples=60)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def test_ordinary_names_are_shown_as_they_are():
    assert display("Größe 東京 🎬.mp4") == "Größe 東京 🎬.mp4"


def test_bytes_control_and_direction_characters_are_escaped():
    assert display(os.fsdecode(b"na\xefve\n\x1b[31m")) == "na\\xefve\\n\\x1b[31m"
    assert display("\u202egnp.exe\ud800") == "\\u202egnp.exe\\ud800"


@quick
@given(st.binary())
def test_any_file_name_can_be_shown(raw):
    assert display(os.fsdecode(raw)).isprintable()


@quick
@given(values)
def test_storable_values_are_utf8_without_nul_and_stay_as_they_are(value):
    stored = storable(value)
    assert "\0" not in repr(stored)
    repr(stored).encode()
    assert storable(stored) == stored


@quick
@given(st.recursive(st.integers() | st.text(st.characters(codec="utf-8", exclude_characters="\0")), st.lists))
def test_what_can_be_stored_is_not_changed(value):
    assert storable(value) == value
