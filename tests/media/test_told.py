from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.domain.media import MediaInfo, Problem, Segment
from aima.media import told
from aima.media.ring import RingShape
from aima.settings import Media
from tests.media.liars import info

SEGMENT = Segment("content", 0, "sight", 1_000_000, 3_000_000)
SHAPE = RingShape((4, 3), (2, 2), frames=2, strip=5)
CAPS = Media()

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=9,
)


def account() -> told.Account:
    return told.Account(SEGMENT, SHAPE, CAPS)


def chunk(**changes: Any) -> dict[str, Any]:
    return {"chunk": {"slot": 0, "pts": [1_000_000], "strip": [1_000_000, 1_040_000], "problems": []} | changes}


def test_chunks_in_order_are_taken() -> None:
    taking = account()
    first = taking.take(chunk(problems=[["frame_damaged", "at 1 s\n"]]))
    np.testing.assert_array_equal(first.strip_us, [1_000_000, 1_040_000])
    assert first.problems == (Problem("frame_damaged", "media", r"at 1 s\n"),)
    assert taking.take(chunk(slot=1, pts=[], strip=[2_999_999])).slot == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"slot": 7},
        {"slot": -1},
        {"pts": [1_000_000, 1_200_000, 1_400_000]},
        {"pts": [1_500_000, 1_500_000]},
        {"pts": [999_999]},
        {"pts": [3_000_000]},
        {"pts": [10**30]},
        {"pts": "x"},
        {"pts": [[1_000_000]]},
        {"strip": [1_040_000, 1_000_000]},
        {"problems": [1]},
        {"problems": None},
    ],
)
def test_chunks_that_cannot_be_are_nonsense(changes: dict[str, Any]) -> None:
    with pytest.raises(told.Nonsense):
        account().take(chunk(**changes))
    with pytest.raises(told.Nonsense):
        account().take({"something": 1})


def test_time_does_not_go_back_between_chunks() -> None:
    taking = account()
    taking.take(chunk(pts=[1_500_000], strip=[]))
    with pytest.raises(told.Nonsense):
        taking.take(chunk(pts=[1_400_000], strip=[]))


def test_there_are_no_more_chunks_than_time_has_room_for() -> None:
    taking = account()
    for number in range(74):  # 2 s of 30 strip frames and 5 sampled ones, and the slots at both ends
        taking.take(chunk(pts=[], strip=[1_000_000 + number]))
    with pytest.raises(told.Nonsense):
        taking.take(chunk(pts=[], strip=[2_000_000]))
    only_problems = account()
    for _ in range(2):
        only_problems.take(chunk(pts=[], strip=[], problems=[["a", "b"]]))
    with pytest.raises(told.Nonsense):
        only_problems.take(chunk(pts=[], strip=[], problems=[["a", "b"]]))


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "song"},
        {"width": -1},
        {"height": 1 << 40},
        {"duration_us": -1},
        {"duration_us": 10**15},
        {"frames": 10**9},
        {"fps": float("inf")},
        {"fps": -1.0},
        {"keyframes_us": []},
        {"keyframes_us": [5]},
        {"keyframes_us": [0, 2, 2]},
        {"details": {"n": 1 << 70}},
        {"details": {str(number): 1 for number in range(100)}},
        {"details": {"turns": "half"}},
        {"details": {"a": [1]}},
    ],
)
def test_descriptions_that_cannot_be_are_nonsense(changes: dict[str, Any]) -> None:
    with pytest.raises(told.Nonsense):
        told.info_of(info(**changes), CAPS)


def test_an_honest_description_comes_through_as_it_was() -> None:
    honest = told.info_of(info(details={"stream": 0, "linear": True, "transfer": "sdr", "gamma": 2.4}), CAPS)
    assert honest == MediaInfo(**{**dataclasses.asdict(honest), "keyframes_us": (0, 1_200_000)})
    assert honest.details == {"stream": 0, "linear": True, "transfer": "sdr", "gamma": 2.4}
    sound = told.info_of(info(kind="audio", width=0, height=0, fps=0.0, frames=None, keyframes_us=[]), CAPS)
    assert sound.kind == "audio"


@settings(deadline=None, derandomize=True)
@given(st.sampled_from(sorted(info())), anything)
def test_any_value_of_any_field_is_taken_or_nonsense(name: str, value: Any) -> None:
    try:
        found = told.info_of(info(**{name: value}), CAPS)
    except told.Nonsense:
        return
    assert found.codec.isprintable()
    assert 0 <= found.duration_us <= CAPS.max_duration_s * 1e6


@settings(deadline=None, derandomize=True)
@given(st.sampled_from(["slot", "pts", "strip", "problems"]), anything)
def test_any_value_in_a_chunk_is_taken_or_nonsense(name: str, value: Any) -> None:
    try:
        found = account().take(chunk(**{name: value}))
    except told.Nonsense:
        return
    assert found.pts_us.size <= SHAPE.frames
    assert all(problem.detail.isprintable() for problem in found.problems)


HEARD = {"origin_us": 0, "sound_stream": 1, "sound_rate": 44_100, "sound_first_us": -3, "sound_end_us": 2_400_000}


def test_sound_that_can_be_planned_is_taken() -> None:
    assert told.info_of(info(details=HEARD), CAPS).sound_end_us == 2_400_000
    assert told.heard({"heard": [["sound_missing", "none\n"]]}) == (Problem("sound_missing", "media", r"none\n"),)


@pytest.mark.parametrize(
    "changes",
    [
        {"sound_rate": 0}, {"sound_rate": 10**9}, {"sound_rate": "fast"}, {"sound_stream": -1}, {"sound_end_us": 0},
        {"sound_end_us": 10**15}, {"sound_first_us": 1 << 70}, {"sound_first_us": float("nan")},
    ],
)  # fmt: skip
def test_sound_that_cannot_be_is_nonsense(changes: dict[str, Any]) -> None:
    with pytest.raises(told.Nonsense):
        told.info_of(info(details=HEARD | changes), CAPS)
    lacking = {name: value for name, value in HEARD.items() if name not in changes or name == "sound_end_us"}
    with pytest.raises(told.Nonsense):
        told.info_of(info(details=lacking, has_sound="sound_end_us" not in changes), CAPS)


@given(anything)
@settings(deadline=None, derandomize=True)
def test_whatever_is_said_of_sound_is_taken_or_nonsense(said: Any) -> None:
    try:
        found = told.heard({"heard": said})
    except told.Nonsense:
        return
    assert all(problem.detail.isprintable() for problem in found)
