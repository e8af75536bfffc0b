"""Shots: where one ends and the next begins, over all segments of a content."""

from __future__ import annotations

import itertools
from typing import Any

import pyarrow as pa

from aima.domain.cuts import is_cut

Row = dict[str, Any]


def shots(cut_tables: pa.Table) -> list[int]:
    """Times in microseconds at which a shot begins, ascending, without the start of the medium.

    cut_tables: rows of `shot_cuts` of all segments, with segment_no. Cuts within a segment are rows of their own. A
    cut at the border of two segments shows only in the signatures of the last frame of one and the first of the
    next; a missing segment has no borders.
    """
    wanted = cut_tables.select(["segment_no", "pts_us", "cut", "signature"])
    rows = sorted(wanted.to_pylist(), key=lambda row: (row["segment_no"], row["pts_us"]))
    within = {row["pts_us"] for row in rows if row["cut"]}
    return sorted(within | _at_borders([row for row in rows if row["signature"]]))


def _at_borders(edges: list[Row]) -> set[int]:
    """Times of cuts between the last edge of a segment and the first of the next."""
    segments = [list(found) for _, found in itertools.groupby(edges, key=lambda row: row["segment_no"])]
    return {
        after[0]["pts_us"]
        for before, after in itertools.pairwise(segments)
        if after[0]["segment_no"] == before[-1]["segment_no"] + 1
        and is_cut(before[-1]["signature"], after[0]["signature"])[0]
    }
