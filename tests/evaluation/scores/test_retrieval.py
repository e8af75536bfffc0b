"""Whether what is said is found."""

from __future__ import annotations

from aima.evaluation.scores.retrieval import score_retrieval
from aima.evaluation.truth import Query


def query(text: str, *files: str) -> Query:
    return Query(query=text, language="de", files=files)


def test_one_right_file_among_three_answers() -> None:
    queries = [query("one", "a", "x"), query("two", "d"), query("three", "a")]
    score = score_retrieval(queries, {"one": ("b", "c", "a"), "two": ("a", "b", "c", "d")}, "by letters alone")
    assert (score.at3, score.of, score.share, score.remark) == (1, 3, 1 / 3, "by letters alone")
    assert [(one.query, one.found) for one in score.missed] == [("two", ("a", "b", "c")), ("three", ())]


def test_without_queries_there_is_no_share() -> None:
    assert score_retrieval([], {}).share is None
