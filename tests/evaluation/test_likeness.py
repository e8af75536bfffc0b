"""Who is taken for whom, on made-up vectors whose likeness is known."""

from __future__ import annotations

import numpy as np
import pytest

from aima.evaluation.likeness import Rule, Seen, compare
from aima.evaluation.truth import Pair
from tests.fusion.making import CALIBRATION, look, track

RULE = Rule(CALIBRATION, join=0.0, review=-2.0)
PAIRS = (
    Pair(a="ann/1", b="ann/2", same=1),
    Pair(a="bob/1", b="bob/2", same=1),
    Pair(a="ann/1", b="bob/1", same=0),
    Pair(a="ann/2", b="bob/2", same=0),
)
PERSONS = {"ann": 0, "bob": 1}


def seen(person: str, number: int, variant: str = "", vector: np.ndarray | None = None, quality: float = 0.8) -> Seen:
    """A picture of somebody, `vector` as if it looked so instead."""
    file = f"{person}/{number}"
    shown = look(PERSONS[person], number) if vector is None else vector
    face = track(file + variant, 0, 1, shown, quality=quality)
    return Seen(person, file, variant, (face,), face)


def pictures(variant: str = "") -> list[Seen]:
    return [seen(person, number, variant) for person in PERSONS for number in (1, 2)]


def test_pictures_as_taken_are_compared_with_each_other():
    said = compare(pictures(), (), PAIRS, RULE)
    assert (said.photos, said.found, said.with_vector) == (4, 1, 1)
    assert (said.auc, said.eer, said.bcubed_f1) == (1, 0, 1)
    assert (said.same_pairs, said.missed_at_join, said.different_pairs, said.wrong_at_join) == (2, 0, 4, 0)
    assert said.pairs == 4


def test_copies_are_compared_with_pictures_and_with_each_other():
    said = compare(pictures("small"), pictures(), PAIRS, RULE)
    # Each pair of labels in both directions; copies of two persons: 2 x 2 each other, and 8 with pictures.
    assert (said.pairs, said.same_pairs, said.different_pairs) == (8, 4, 12)
    assert (said.auc, said.bcubed_f1, said.mixed) == (1, 1, ())


def test_a_face_that_is_lost_counts_as_missed():
    copies = [Seen("ann", "ann/1", "small"), *pictures("small")[1:]]
    said = compare(copies, pictures(), PAIRS, RULE)
    assert (said.found, said.with_vector) == (0.75, 0.75)
    assert said.missed_at_join == 1
    assert said.auc < 1
    assert 0 < said.bcubed_f1 < 1


def test_a_copy_that_looks_like_somebody_else_is_a_wrong_join_by_name():
    copies = [seen("ann", 1, "small", vector=look(PERSONS["bob"], 7)), *pictures("small")[1:]]
    said = compare(copies, pictures(), PAIRS, RULE)
    # With both pictures of Bob, and with his two copies.
    assert said.wrong_at_join == 4
    assert {pair.a for pair in said.wrong_pairs if not pair.b_degraded} == {"ann/1 (small)"}
    assert {pair.b for pair in said.wrong_pairs if not pair.b_degraded} == {"bob/1", "bob/2"}
    assert [pair.log_odds for pair in said.wrong_pairs] == sorted((p.log_odds for p in said.wrong_pairs), reverse=True)
    assert said.missed_at_join == 1
    assert [sorted(cluster.files) for cluster in said.mixed] == [["ann", "bob"]]
    assert said.mixed[0].files["ann"] == ("ann/1 (small)",)


def test_poor_copies_must_be_more_alike():
    """The discount of fusion counts: at quality 0 a vector is no longer enough."""
    vector = look(PERSONS["bob"], 7)
    good, poor = (
        compare([seen("ann", 1, "dark", vector, quality), *pictures("dark")[1:]], pictures(), PAIRS, RULE)
        for quality in (0.8, 0.0)
    )
    assert good.wrong_at_join == 4
    assert max((pair.log_odds for pair in poor.wrong_pairs), default=0.0) < good.wrong_pairs[0].log_odds - 3


def test_nobody_with_a_vector_gives_figures_all_the_same():
    said = compare([Seen("ann", "ann/1", "black")], [Seen("ann", "ann/1")], PAIRS, RULE)
    assert (said.found, said.with_vector, said.auc, said.eer) == (0, 0, None, None)
    assert (said.same_pairs, said.different_pairs) == (0, 0)
    assert said.bcubed_f1 == pytest.approx(2 / 3)


def test_shares_of_nothing_are_unknown():
    said = compare((), (), PAIRS, RULE)
    assert (said.photos, said.found, said.with_vector, said.pairs, said.auc) == (0, None, None, 0, None)
