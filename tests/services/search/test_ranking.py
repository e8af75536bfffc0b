from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.services.search.answers import Evidence, Reason, log_odds, probability
from aima.services.search.clues import Clue
from aima.services.search.ranking import REASONS, moments

SECOND = 1_000_000


def clue(content: str, start: float, end: float, strength: float, ask="text", text="") -> Clue:
    reason = Reason(ask, text or f"{start}-{end}", strength, (Evidence("finding", f"{content}{start}"),))
    return Clue(content, round(start * SECOND), round(end * SECOND), reason)


def shown(found):
    return [(m.content_id, m.start_us / SECOND, m.end_us / SECOND, round(m.score, 3)) for m in found]


def test_one_thing_asked_for_gives_its_clues_best_first():
    found = moments([[clue("a", 0, 1, 0.5), clue("b", 0, 9, 2.0), clue("a", 3, 4, 1.0)]], 0)
    assert shown(found) == [("b", 0, 9, 2.0), ("a", 3, 4, 1.0), ("a", 0, 1, 0.5)]


def test_a_moment_fulfils_everything_and_lies_where_all_overlap():
    faces = [clue("a", 0, 10, 2.0, "face"), clue("b", 0, 10, 3.0, "face")]
    words = [clue("a", 4, 20, 1.0), clue("c", 0, 10, 5.0)]
    found = moments([faces, words], 0)
    assert shown(found) == [("a", 4, 10, 3.0)]
    assert [reason.ask for reason in found[0].reasons] == ["face", "text"]


def test_what_lies_apart_is_one_moment_up_to_the_window():
    trails = [[clue("a", 0, 2, 1.0, "face")], [clue("a", 5, 6, 1.0)]]
    assert moments(trails, 2_999_999) == []
    assert shown(moments(trails, 3 * SECOND)) == [("a", 0, 6, 2.0)]


def test_of_several_that_fit_the_strongest_counts_then_the_nearest():
    trails = [[clue("a", 10, 11, 1.0, "face")], [clue("a", 8, 9, 0.2), clue("a", 13, 14, 0.9), clue("a", 12, 13, 0.9)]]
    assert shown(moments(trails, 5 * SECOND)) == [("a", 10, 13, 1.9)]


def test_moments_of_one_content_do_not_overlap_and_the_best_keeps_all_reasons():
    overlapping = [(0, 10, 1.0, "dog"), (5, 12, 2.0, "cat"), (11, 20, 0.5, "11-20")]
    found = moments([[clue("a", start, end, strength, "face", text) for start, end, strength, text in overlapping]], 0)
    assert shown(found) == [("a", 5, 12, 2.0)]
    assert [reason.text for reason in found[0].reasons] == ["cat", "dog", "11-20"]
    many = moments([[clue("a", 0, 1, n / 10, text=str(n)) for n in range(20)]], 0)
    assert [reason.text for reason in many[0].reasons] == [str(n) for n in range(19, 19 - REASONS, -1)]


def test_different_signs_of_one_thing_speak_together_but_one_sign_often_does_not():
    dogs = [clue("a", 0, 9, 0.0, "object", "dog"), clue("a", 1, 2, 0.0, "object", "dog")]
    (often,) = moments([dogs], 0)
    assert (often.score, len(often.reasons)) == (0.0, 1)
    (both,) = moments([[*dogs, clue("a", 0, 5, 0.0, "object", "golden retriever")]], 0)
    assert probability(both.score) == pytest.approx(0.75)
    (faces,) = moments([[clue("a", 0, 9, 0.0, "face", "one"), clue("a", 0, 9, -1.0, "face", "other")]], 0)
    assert faces.score == 0.0


def test_nothing_fits_where_one_trail_is_empty():
    assert moments([[clue("a", 0, 1, 1.0)], []], 3600 * SECOND) == []


def test_a_film_full_of_clues_is_ranked_in_far_less_than_the_square_of_their_number():
    """Comparing each with each takes minutes here."""
    dogs = [clue("a", 4 * n, 4 * n + 2, n % 9 - 4, "object") for n in range(20_000)]
    looks = [clue("a", 4 * n + 1, 4 * n + 3, n % 7 - 3, "expression") for n in range(20_000)]
    began = time.process_time()
    found = moments([dogs, looks], 0)
    assert time.process_time() - began < 10
    assert [len(moment.reasons) for moment in found] == [2] * 20_000


spans = st.tuples(st.sampled_from("ab"), st.integers(0, 20), st.integers(1, 10), st.integers(-3, 3))


@given(st.lists(st.lists(spans, max_size=6), min_size=1, max_size=3), st.integers(0, 5), st.randoms())
@settings(deadline=None, derandomize=True, max_examples=150)
def test_the_order_of_clues_changes_nothing_and_moments_do_not_overlap(given_spans, within, randomness):
    trails = [
        [clue(c, start, start + length, strength, f"{n}", f"{start} {length}") for c, start, length, strength in one]
        for n, one in enumerate(given_spans)
    ]
    mixed = [random.Random(randomness.random()).sample(trail, len(trail)) for trail in trails]
    found, again = moments(trails, within * SECOND), moments(mixed, within * SECOND)
    assert found == again
    for first in found:
        assert first.start_us < first.end_us
        others = [m for m in found if m is not first and m.content_id == first.content_id]
        assert all(m.end_us <= first.start_us or first.end_us <= m.start_us for m in others)


def test_log_odds_and_probability_are_each_others_inverse_and_nothing_is_certain():
    assert [round(probability(log_odds(p)), 6) for p in (0.1, 0.5, 0.9)] == [0.1, 0.5, 0.9]
    assert -7 < log_odds(0.0) < log_odds(1.0) < 7
