from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.evaluation.scores.partition import score_partition

TRUE = {"ann": ["1", "2"], "bob": ["3", "4"]}


def test_the_same_groups_are_right_whatever_their_names() -> None:
    score = score_partition(TRUE, {"1": "y", "2": "y", "3": "x", "4": "x"})
    assert (score.bcubed_precision, score.bcubed_recall, score.bcubed_f1) == (1, 1, 1)
    assert (score.items, score.missing, score.identities, score.clusters) == (4, 0, 2, 2)
    assert (score.mixed, score.split) == ((), ())


def test_two_persons_in_one_group_cost_precision() -> None:
    score = score_partition(TRUE, dict.fromkeys("1234", "x"))
    assert (score.bcubed_precision, score.bcubed_recall) == (0.5, 1)
    assert score.bcubed_f1 == pytest.approx(2 / 3)
    assert [(one.predicted, one.files) for one in score.mixed] == [("x", {"ann": ("1", "2"), "bob": ("3", "4")})]
    assert score.split == ()


def test_a_person_in_two_groups_costs_recall() -> None:
    score = score_partition(TRUE, {"1": "x", "2": "y", "3": "z", "4": "z"})
    assert (score.bcubed_precision, score.bcubed_recall) == (1, 0.75)
    assert [(one.identity, one.files) for one in score.split] == [("ann", {"x": ("1",), "y": ("2",)})]


def test_files_without_a_person_are_groups_of_their_own() -> None:
    score = score_partition(TRUE, {"1": "x", "2": "x"})
    assert (score.missing, score.clusters) == (2, 3)
    assert (score.bcubed_precision, score.bcubed_recall) == (1, 0.75)
    assert [(one.identity, one.files, one.missing) for one in score.split] == [("bob", {}, ("3", "4"))]


def test_a_person_named_like_a_file_is_no_missing_file() -> None:
    assert score_partition(TRUE, {"1": "missing 2", "3": "b", "4": "b"}).clusters == 3


def test_files_of_no_known_person_do_not_count() -> None:
    found = {"1": "x", "2": "x", "3": "y", "4": "y", "bystander": "x"}
    assert score_partition(TRUE, found).bcubed_f1 == 1


def test_no_files_have_no_figures() -> None:
    score = score_partition({}, {"1": "x"})
    assert (score.items, score.bcubed_f1, score.clusters) == (0, None, 0)


def test_the_largest_mistakes_come_first() -> None:
    true = {"a": ["1"], "b": ["2"], "c": ["3", "4"], "d": ["5", "6", "7"]}
    found = {"1": "x", "2": "x", "3": "y", "4": "y", "5": "y", "6": "z", "7": "w"}
    score = score_partition(true, found)
    assert [one.predicted for one in score.mixed] == ["y", "x"]
    assert [one.identity for one in score.split] == ["d"]


@given(st.dictionaries(st.integers(0, 20).map(str), st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"))))
@settings(deadline=None, derandomize=True, max_examples=100)
def test_is_the_mean_over_files(rows: dict[str, tuple[str, str]]) -> None:
    true = {name: [file for file, (label, _) in rows.items() if label == name] for name in "abc"}
    score = score_partition(true, {file: group for file, (_, group) in rows.items()})
    shares = []
    for pair in rows.values():
        group = [other for other in rows.values() if other[1] == pair[1]]
        shares.append(group.count(pair) / len(group))
    assert score.bcubed_precision == (pytest.approx(sum(shares) / len(shares)) if shares else None)
