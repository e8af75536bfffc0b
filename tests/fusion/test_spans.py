"""Following over looks; times in units of one, where a look comes every ten."""

from __future__ import annotations

import pytest

from aima.fusion.scenes import scenes
from aima.fusion.spans import Looks, Sight, best, extent, follow


def by_text(going, shown):
    last = {span[-1].sight.text: index for index, span in enumerate(going)}
    return {index: last[sight.text] for index, sight in enumerate(shown) if sight.text in last}


def looks(*shown: str, times: tuple[int, ...] | None = None) -> Looks:
    """A letter is a thing that is seen at that look."""
    sights = tuple(tuple(Sight(letter, 0.5) for letter in at_once) for at_once in shown)
    return Looks(times or tuple(range(0, 10 * len(shown), 10)), sights)


def extents(seen: Looks, *cuts: int, end: int = 1000) -> list[tuple[int, int]]:
    cut = scenes(cuts, end)
    return [extent(span, seen, cut) for span in follow(seen, cut, by_text)]


def test_a_span_ends_one_interval_after_its_last_sighting():
    assert extents(looks("a", "a", "", "", "", "a")) == [(0, 20), (50, 60)]


def test_one_look_that_missed_it_joins_and_two_end_it():
    assert extents(looks("a", "", "a", "", "", "a")) == [(0, 30), (50, 60)]


def test_different_things_have_spans_of_their_own():
    assert extents(looks("a", "ab", "b")) == [(0, 20), (10, 30)]


def test_a_cut_ends_it_before_the_next_look():
    assert extents(looks("a", "a", "", "a"), 14) == [(0, 14), (30, 40)]


def test_seen_right_after_a_cut_it_goes_on():
    assert extents(looks("a", "a", "a"), 14) == [(0, 30)]


def test_at_the_first_look_at_a_shot_it_is_there_since_the_cut():
    assert extents(looks("", "a", ""), 4) == [(4, 20)]
    assert extents(looks("", "a", "")) == [(10, 20)]


def test_it_ends_with_the_content():
    assert extents(looks("a", "a"), end=15) == [(0, 15)]


def test_a_gap_in_the_looks_ends_it():
    assert extents(looks("a", "a", "a", "a", times=(0, 10, 20, 300))) == [(0, 30), (300, 310)]


def test_what_was_seen_at_the_only_look_lasts_to_the_end():
    assert extents(looks("a"), end=7) == [(0, 7)]


def test_the_surest_sighting_is_the_first_of_equals():
    seen = Looks((0, 10, 20), ((Sight("a", 0.4),), (Sight("a", 0.7),), (Sight("a", 0.7),)))
    (span,) = follow(seen, scenes([], 30), by_text)
    assert best(span).look == 1


@pytest.mark.parametrize(("times", "interval"), [((0, 10, 20, 90), 10), ((0, 10, 13, 20, 30), 7), ((0, 5), 5)])
def test_the_usual_distance_is_the_middle_one(times, interval):
    assert looks(*["a"] * len(times), times=times).interval_us == interval
