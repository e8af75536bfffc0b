"""Searches for what is said, as `aima search --said` does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from aima.evaluation.truth import Query
from aima.evaluation.workspace import Workspace
from aima.services.search.query import Query as Search

WAIT_S: Final = 120.0
"""So long may vectors take to follow."""


def retrieve(
    workspace: Workspace, queries: Sequence[Query], media: Mapping[str, str]
) -> tuple[dict[str, tuple[str, ...]], str | None]:
    """By query the files in which it is found, best first; and why meanings were not compared, if they were not.

    media: media_id by file.
    """
    if not queries:
        return {}, None
    workspace.projections.catch_up(WAIT_S)
    files: dict[str, list[str]] = {}
    for file, media_id in media.items():
        files.setdefault(media_id, []).append(file)
    found, unasked = {}, set()
    for query in queries:
        answers = workspace.search.search(Search.of(said=query.query, limit=100))
        unasked |= {one.why for one in answers.unasked}
        known = [file for answer in answers.found for file in files.get(answer.place.media_id, ())]
        found[query.query] = tuple(dict.fromkeys(known))
    return found, "; ".join(sorted(unasked)) or None
