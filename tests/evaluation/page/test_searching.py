"""Queries that were not answered."""

from __future__ import annotations

from aima.evaluation.page.elements import render
from aima.evaluation.page.searching import retrieval_section
from aima.evaluation.scores.retrieval import score_retrieval
from aima.evaluation.truth import Query
from tests.pages import Page


def test_a_missed_query_is_told_with_what_came_first() -> None:
    queries = [Query(query="ein <Hund>", language="de", files=("a.wav",)), Query(query="x", files=("b.wav",))]
    found = {"ein <Hund>": ("b.wav", "c.wav"), "x": ("b.wav",)}
    page = Page(render(retrieval_section(score_retrieval(queries, found, "only letters"))))
    assert "1 of 2 queries answered, 50 %" in page.text
    assert [word for word in page.words if word.strip()][-5:] == [
        "ein <Hund>",
        "de",
        "a.wav",
        "b.wav, c.wav",
        "only letters",
    ]


def test_without_mistakes_there_is_no_table() -> None:
    page = Page(render(retrieval_section(score_retrieval([Query(query="x", files=("b",))], {"x": ("b",)}))))
    assert "table" not in page.tags
