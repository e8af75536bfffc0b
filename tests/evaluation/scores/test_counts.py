from __future__ import annotations

from aima.evaluation.scores.counts import score_counts


def test_the_error_is_the_mean_distance() -> None:
    score = score_counts({"a": 3, "b": 1, "c": 4, "d": 2}, {"a": 3, "b": 4, "c": 3, "d": 2})
    assert (score.items, score.exact, score.mae) == (4, 2, 1.0)
    assert [(one.file, one.true, one.found) for one in score.mistakes] == [("b", 1, 4), ("c", 4, 3)]


def test_a_file_without_answer_shows_nobody() -> None:
    score = score_counts({"a": 3, "b": 0}, {})
    assert (score.exact, score.mae) == (1, 1.5)
    assert [(one.file, one.found) for one in score.mistakes] == [("a", 0)]


def test_no_files_have_no_error() -> None:
    assert score_counts({}, {"a": 2}).mae is None
