"""Whether what is said is found: a query counts as answered if a right file is among the first three."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import Field

from aima.evaluation.scores.result import Result, share
from aima.evaluation.truth import Query

FIRST: Final = 3


class MissedQuery(Result):
    """A query without a right file among the first answers."""

    query: str
    language: str
    files: tuple[str, ...] = Field(description="right ones")
    found: tuple[str, ...] = Field(description="the first answers")


class RetrievalScores(Result):
    """How many queries are answered."""

    at3: int
    of: int
    share: float | None
    missed: tuple[MissedQuery, ...]
    remark: str | None = Field(None, description="why meanings were not compared, if they were not")


def score_retrieval(
    queries: Sequence[Query], found: Mapping[str, Sequence[str]], remark: str | None = None
) -> RetrievalScores:
    """Compares the right files of each query with those found, best first; without an answer none was."""
    missed = [_missed(query, found.get(query.query, ())) for query in queries]
    wrong = tuple(one for one in missed if one is not None)
    right = len(queries) - len(wrong)
    return RetrievalScores(at3=right, of=len(queries), share=share(right, len(queries)), missed=wrong, remark=remark)


def _missed(query: Query, found: Sequence[str]) -> MissedQuery | None:
    first = tuple(found[:FIRST])
    if set(first) & set(query.files):
        return None
    return MissedQuery(query=query.query, language=query.language, files=query.files, found=first)
