from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from aima.evaluation.scores.presence import cells, compare, runs
from aima.evaluation.truth import Clip, TruePerson


def clip(*persons: TruePerson, **changes: object) -> Clip:
    return Clip.model_validate({"name": "c", "file": "c.mp4", "duration": 2.0, "persons": persons} | changes)


def test_a_cell_is_seen_if_its_centre_is() -> None:
    assert list(np.flatnonzero(cells([(0.1, 0.34)], 5))) == [1, 2]
    assert list(np.flatnonzero(cells([(0.1, 0.36)], 5))) == [1, 2, 3]


def test_a_centre_on_the_border_belongs_to_the_interval_that_begins_there() -> None:
    assert list(np.flatnonzero(cells([(0.35, 0.45)], 6))) == [3]


def test_intervals_beyond_the_clip_are_cut_off() -> None:
    assert cells([(-3.0, 0.2), (0.4, 99.0)], 5).tolist() == [True, True, False, False, True]


@given(arrays.arrays(bool, st.integers(0, 30)))
@settings(deadline=None, derandomize=True, max_examples=100)
def test_runs_give_the_row_back(row: np.ndarray) -> None:
    again = np.zeros_like(row)
    stretches = runs(row)
    for first, end in stretches:
        again[first:end] = True
    assert np.array_equal(again, row)
    assert all(end < first for (_, end), (first, _) in itertools.pairwise(stretches))


def test_nothing_counts_around_a_coming_or_going_but_at_the_ends_of_the_clip() -> None:
    seen = compare(clip(TruePerson(id="a", required=((0.0, 1.0),))), {})
    assert runs(seen.free[0]) == [(8, 12)]
    assert runs(seen.missed[0]) == [(0, 8)]


def test_the_collar_is_of_one_person_alone() -> None:
    both = clip(TruePerson(id="a", required=((0.0, 1.0),)), TruePerson(id="b", required=((0.0, 2.0),)))
    assert not compare(both, {}).free[1].any()


def test_persons_are_laid_side_by_side_in_the_order_of_their_ids() -> None:
    truth = clip(TruePerson(id="b", required=((0.0, 2.0),)), TruePerson(id="a", required=((0.0, 1.0),)))
    seen = compare(truth, {"2": ((0.0, 2.0),), "10": ((0.0, 0.8),)})
    assert (seen.persons, seen.predicted) == (("a", "b"), ("10", "2"))
    assert seen.overlap.tolist() == [[8, 8], [8, 20]]
    assert seen.matched == {0: 0, 1: 1}
