"""Looks at voices become speakers; times in steps of a tenth of a second, windows of ten seconds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from aima.fusion.speakers import tell_apart
from aima.fusion.turns import NOBODY
from aima.fusion.windows import Looks
from tests.fusion.making import CALIBRATION, DIMENSION, look

STEP_US = 100_000.0

Stretch = tuple[int, int, int, bool]
"""Person, first and last step in the window, and whether it has a vector."""


def looks(*windows: Sequence[Stretch], noise: float = 0.5) -> Looks:
    """Windows that begin five seconds apart."""
    stretches = [(place, *stretch) for place, own in enumerate(windows) for stretch in own]
    steps = np.arange(100)
    starts = np.arange(len(windows)) * 5_000_000
    nothing = np.full(DIMENSION, np.nan, np.float32)
    return Looks(
        starts_us=starts,
        ends_us=starts + 10_000_000,
        steps=np.full(len(windows), 100),
        step_us=STEP_US,
        window=np.array([place for place, *_ in stretches], np.int64),
        activities=tuple((first <= steps) & (steps < last) for _, _, first, last, _ in stretches),
        vectors=np.array(
            [look(who, n, noise) if known else nothing for n, (_, who, _, _, known) in enumerate(stretches)]
        ).reshape(-1, DIMENSION),
        seconds=np.array([(last - first) / 10 for _, _, first, last, _ in stretches], np.float32),
    )


def owners(*windows: Sequence[Stretch], speakers: int | None = None) -> list[int]:
    return tell_apart(looks(*windows), CALIBRATION, speakers).tolist()


def test_stretches_of_one_voice_are_one_speaker_within_a_window_and_in_others():
    assert owners([(1, 0, 30, True), (2, 40, 60, True), (1, 70, 99, True)], [(2, 0, 20, True), (1, 30, 50, True)]) == [
        0,
        1,
        0,
        1,
        0,
    ]


def test_who_speak_at_the_same_time_are_two_however_alike_they_sound():
    assert owners([(1, 0, 30, True), (1, 20, 50, True)]) == [0, 1]
    assert owners([(1, 0, 30, True), (1, 30, 50, True)]) == [0, 0]


def test_short_looks_found_nobody_and_join_the_nearest():
    assert owners([(1, 0, 30, True), (2, 40, 70, True), (3, 80, 88, True)])[2] in {0, 1}
    assert owners([(3, 80, 88, True)]) == [0], "if there is nobody else they do"


def test_what_has_no_vector_is_of_who_is_heard_nearest_in_time():
    assert owners([(1, 0, 30, True), (2, 60, 90, True), (9, 33, 36, False)]) == [0, 1, 0]
    assert owners([(1, 0, 30, True), (2, 60, 90, True), (9, 54, 57, False)]) == [0, 1, 1]


def test_who_only_speaks_into_another_is_somebody_else():
    assert owners([(1, 0, 50, True), (9, 46, 49, False), (2, 70, 99, True)]) == [0, 1, 1]
    assert owners([(1, 0, 50, True), (9, 46, 49, False)]) == [0, NOBODY]


def test_far_from_everybody_it_is_of_nobody():
    silent: list[Stretch] = []
    assert owners([(1, 0, 30, True)], silent, silent, [(9, 50, 53, False)]) == [0, NOBODY]
    assert owners([(9, 50, 53, False)]) == [NOBODY]


@pytest.mark.parametrize("speakers", [1, 2, 3])
def test_a_count_that_is_given_is_kept(speakers):
    windows = [[(1, 0, 30, True), (2, 30, 60, True), (3, 60, 90, True)] for _ in range(4)]
    assert len(set(owners(*windows, speakers=speakers))) == speakers


def test_there_are_no_more_speakers_than_looks():
    assert owners([(1, 0, 30, True), (2, 30, 60, True)], speakers=5) == [0, 1]
