from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.domain.person import MOMENT_US, Person, TrackRecord, appearance_id, appearances_of
from aima.domain.track import Locator

quick = settings(deadline=None, derandomize=True, max_examples=80)
MEDIA = {"a": ["m1"], "b": ["m2", "m3"]}


def track(start: int, end: int, person: str | None = "p", content: str = "a", **more) -> TrackRecord:
    locator = Locator(content, "sight", start, end, (0.0, 0.0, 9.0, 9.0))
    return TrackRecord(f"{person}{content}{start}", locator, start, 0, 0.5, more.pop("score", 1.0), 3, person, **more)


def spans(*tracks):
    return [(a.start_us, a.end_us) for a in appearances_of(tracks, MEDIA)]


def test_tracks_within_a_moment_are_one_appearance():
    first, last = track(0, 100), track(100 + MOMENT_US, 100 + 2 * MOMENT_US)
    assert spans(first, last) == [(0, 100 + 2 * MOMENT_US)]
    assert spans(first, track(101 + MOMENT_US, 3 * MOMENT_US)) == [(0, 100), (101 + MOMENT_US, 3 * MOMENT_US)]


def test_a_short_track_inside_a_long_one_does_not_end_it():
    long = 10 * MOMENT_US
    assert spans(track(0, long), track(5, 10), track(long + 1, long + 9)) == [(0, long + 9)]


def test_nobody_and_contents_without_medium_do_not_appear():
    assert spans(track(0, 9, person=None), track(0, 9, content="unknown")) == []


def test_equal_bytes_appear_in_every_medium():
    found = appearances_of([track(0, 9, content="b")], MEDIA)
    assert [a.media_id for a in found] == ["m2", "m3"]
    assert len({appearance_id(a) for a in found}) == 2


def test_confidence_is_face_times_person_over_time_and_hand_placed_ones_are_certain():
    half, sure = track(0, 300, log_odds=0.0), track(300, 400, score=0.8)
    (appearance,) = appearances_of([half, sure], MEDIA)
    assert appearance.confidence == pytest.approx(0.75 * 0.5 + 0.25 * 0.8)


def test_what_is_seen_and_what_is_heard_are_appearances_of_their_own():
    seen = track(0, 2 * MOMENT_US)
    heard = replace(seen, track_id="turn", locator=Locator("a", "sound", 0, 2 * MOMENT_US, None), speaker=0)
    found = appearances_of([heard, seen], MEDIA)
    assert [(a.source, a.track_ids) for a in found] == [("face", (seen.track_id,)), ("voice", ("turn",))]
    assert len({appearance_id(a) for a in found}) == 2


def test_label_is_the_name_or_the_number():
    assert Person("p", 3).label == "Unknown 3"
    assert Person("p", 3, "Anna").label == "Anna"


@quick
@given(st.lists(st.tuples(st.integers(0, 90), st.integers(1, 9), st.sampled_from("pq")), unique_by=lambda t: t[::2]))
def test_appearances_cover_all_tracks_once_and_lie_apart(drawn):
    tracks = [track(s * MOMENT_US // 4, (s + n) * MOMENT_US // 4, person) for s, n, person in drawn]
    found = appearances_of(tracks, MEDIA)
    assert found == appearances_of(tracks[::-1], MEDIA)
    assert sorted(t for a in found for t in a.track_ids) == sorted(t.track_id for t in tracks)
    for one, next_one in itertools.pairwise(found):
        if one.person_id == next_one.person_id:
            assert next_one.start_us - one.end_us > MOMENT_US
