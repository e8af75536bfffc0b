from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.fusion.reading import likeness, same_line
from aima.fusion.spans import Seen, Sight


def span(text: str, top: float = 0.0):
    return [Seen(0, Sight(text, 0.9, (0.0, top, 100.0, 10.0)))]


def shown(text: str, top: float = 0.0) -> Sight:
    return Sight(text, 0.9, (0.0, top, 100.0, 10.0))


@pytest.mark.parametrize(
    ("one", "other"),
    [("BREAKING NEWS", "BREAKlNG NEWS"), ("Straße 12", "strasse12"), ("Ausgang", "Ausgang"), ("EXIT", "ExIt")],
)
def test_readings_of_one_line_are_like(one, other):
    assert likeness(one, other) >= 0.75


@pytest.mark.parametrize(("one", "other"), [("0:23", "1:47"), ("EXIT", "TAXI"), ("Monday", "Sunday"), ("a", "bcdefgh")])
def test_other_lines_are_not(one, other):
    assert likeness(one, other) < 0.75


@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.text("abcAB ", max_size=9), st.text("abcAB ", max_size=9))
def test_likeness_is_a_share_and_knows_no_order(one: str, other: str):
    assert 0.0 <= likeness(one, other) <= 1.0
    assert likeness(one, other) == likeness(other, one)
    assert likeness(one, one) == 1.0


def test_the_likest_line_goes_on_and_each_span_once():
    going = [span("Gate 12A"), span("Gate 12B")]
    assert same_line(going, [shown("Gate 12B"), shown("Gate 12A")]) == {0: 1, 1: 0}


def test_of_equal_lines_the_nearest_goes_on():
    going = [span("EXIT", 10.0), span("EXIT", 200.0)]
    assert same_line(going, [shown("EXIT", 190.0), shown("EXIT", 20.0)]) == {0: 1, 1: 0}


def test_a_new_line_goes_on_nothing():
    assert same_line([span("Ausgang")], [shown("Bitte warten")]) == {}
