from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.domain.locating import box_iou, clashes, find, likeness, overlap_us
from aima.domain.track import Locator

HERE = Locator("a", "sight", 1000, 2000, (100.0, 100.0, 50.0, 50.0))
quick = settings(deadline=None, derandomize=True, max_examples=100)
boxes = st.tuples(*[st.floats(0, 500, width=32)] * 2, *[st.floats(1, 200, width=32)] * 2)
locators = st.builds(
    lambda content, start, length, box: Locator(content, "sight", start, start + length, box),
    st.sampled_from("ab"),
    st.integers(0, 50),
    st.integers(1, 30),
    boxes,
)


@pytest.mark.parametrize(
    ("change", "alike"),
    [
        ({}, True),
        ({"start_us": 1100, "end_us": 1900}, True),  # within
        ({"start_us": 1300, "end_us": 2300}, True),  # IoU 0.54
        ({"start_us": 1500, "end_us": 2500}, False),  # IoU 0.33
        ({"start_us": 2000, "end_us": 3000}, False),  # half open: they only touch
        ({"content_id": "b"}, False),
        ({"stream": "sound"}, False),
        ({"box": (110.0, 110.0, 50.0, 50.0)}, True),
        ({"box": (140.0, 140.0, 50.0, 50.0)}, False),
    ],
)
def test_what_counts_as_the_same_place(change, alike):
    assert (likeness(HERE, replace(HERE, **change)) > 0) == alike


def test_a_long_track_is_found_in_the_pieces_that_a_new_model_makes_of_it():
    pieces = {"first": replace(HERE, end_us=1400), "second": replace(HERE, start_us=1600)}
    assert sorted(find(HERE, pieces)) == ["first", "second"]


def test_of_two_faces_at_the_same_time_the_nearer_one_is_meant():
    near, far = replace(HERE, start_us=990), replace(HERE, start_us=990, box=(120.0, 100.0, 50.0, 50.0))
    assert find(HERE, {"far": far, "near": near}) == ["near"]


def test_the_identical_one_is_meant_alone():
    assert find(HERE, {"within": replace(HERE, end_us=1500), "same": HERE}) == ["same"]


def test_turns_are_found_by_their_time_alone_the_likest_first():
    said = Locator("a", "sound", 1000, 2000, None)
    redrawn, around, pieces = (
        replace(said, start_us=1050),
        replace(said, start_us=0, end_us=9000),
        replace(said, end_us=1300),
    )
    assert find(said, {"around": around, "redrawn": redrawn}) == ["redrawn"]
    assert find(said, {"around": around, "elsewhere": replace(said, content_id="b")}) == ["around"]
    assert sorted(find(said, {"first": pieces, "second": replace(said, start_us=1350)})) == ["first", "second"]


def test_a_face_is_never_a_voice():
    heard = replace(HERE, stream="sound", box=None)
    assert find(HERE, {"heard": heard}) == find(heard, {"seen": HERE}) == []
    assert not clashes(HERE, [heard])


@quick
@given(locators, locators)
def test_likeness_is_symmetric_and_a_share(a, b):
    assert likeness(a, b) == pytest.approx(likeness(b, a))
    assert 0 <= likeness(a, b) <= 1 + 1e-6
    assert overlap_us(a, b) == overlap_us(b, a)
    assert box_iou(a.box, a.box) == pytest.approx(1)


@quick
@given(locators, st.lists(locators, max_size=8))
def test_found_tracks_never_clash_and_do_not_depend_on_order(wanted, given):
    tracks = {str(number): locator for number, locator in enumerate(given)}
    found = find(wanted, tracks)
    assert found == find(wanted, dict(reversed(tracks.items())))
    assert not any(clashes(tracks[a], [tracks[b]]) for a, b in itertools.combinations(found, 2))
