from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.domain.media import MediaInfo
from aima.media.listening_plan import ListenPlan, plan_listening
from aima.media.segments import plan_segments

SECOND = 1_000_000


def info(end_us: int, **details: int) -> MediaInfo:
    facts = {"stream": 0, "origin_us": 7, "sound_stream": 1, "sound_rate": 44_100, "sound_first_us": 0}
    said = {**facts, "sound_end_us": end_us, **details}
    return MediaInfo("video", "matroska", "h264", 64, 48, end_us, 25.0, has_sound=True, details=said)


def plan(end_us: int, **details: int) -> ListenPlan:
    return plan_listening(info(end_us, **details), 1, 1)


@settings(deadline=None, derandomize=True)
@given(end_us=st.integers(1, 400 * SECOND))
def test_neighbours_cut_what_they_share_alike(end_us: int) -> None:
    """So they hear the same: what a piece sounds like hangs on where it begins alone."""
    made = plan(end_us)
    spans = [made.span(s) for s in plan_segments("content", info(end_us)) if s.stream == "sound"]
    assert spans[0].first == 0
    assert spans[-1].stop == -(-end_us * 2 // 125)
    for span in spans:
        assert [span.pieces[0][0], span.pieces[-1][1]] == [span.first, span.stop]
        assert all(a[1] == b[0] for a, b in itertools.pairwise(span.pieces))
    for before, after in itertools.pairwise(spans):
        assert before.stop - after.first == min(10 * 16_000, -(-(end_us - after.start_us + 5 * SECOND) * 2 // 125))
        assert after.first in {first for first, _ in before.pieces}
        assert all(first <= after.first for first, _ in before.pieces)


def test_the_index_of_the_pictures_shows_the_way_where_sound_has_none() -> None:
    assert (plan(1).guide, plan(1).stream) == (0, 1)


def test_facts_that_are_missing_are_an_error() -> None:
    with pytest.raises(KeyError, match="sound_stream"):
        plan_listening(MediaInfo("audio", "wav", "pcm_s16le", 0, 0, 1, 0.0, has_sound=True), 1, 1)
