"""Queries that did not find what is said, and what came first instead."""

from __future__ import annotations

from typing import Final

from aima.domain.text import count
from aima.evaluation.page.elements import Element, element, percent, remark, section, table
from aima.evaluation.scores.retrieval import FIRST, RetrievalScores

MEANING: Final = (
    f"A query is answered if a right file is among the first {FIRST}. Queries say in other words, or in another "
    "language, what is said in the files."
)


def retrieval_section(score: RetrievalScores) -> Element:
    """How many are answered, and a row for each that is not."""
    rows = [(one.query, one.language, ", ".join(one.files), ", ".join(one.found)) for one in score.missed]
    return section(
        "retrieval",
        "Search for what is said",
        MEANING,
        element("p", f"{score.at3} of {count(score.of, 'query', 'queries')} answered, {percent(score.share)}."),
        *((table(("query", "language", "right", "found first"), rows),) if rows else ()),
        remark(score.remark),
    )
