from __future__ import annotations

from aima.media.source import Problems


def test_problems_are_counted_by_kind_and_drained_once() -> None:
    problems = Problems()
    problems.note("frame_damaged", "at 1.0 s")
    problems.note("frame_damaged", "at 2.0 s")
    problems.note("medium_ends_early", "at the end")
    assert problems.drain() == [("frame_damaged", "at 1.0 s (and 1 more)"), ("medium_ends_early", "at the end")]
    assert problems.drain() == []
