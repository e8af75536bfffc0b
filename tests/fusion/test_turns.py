from __future__ import annotations

import numpy as np
import pytest

from aima.fusion.turns import NOBODY, stitch
from aima.fusion.windows import Looks

STEP_US = 100_000.0
SECOND = 1_000_000


def looks(*windows: tuple[int, int, dict[int, list[tuple[int, int]]]]) -> tuple[Looks, np.ndarray]:
    """Windows (start, end in steps) with the spans of each speaker in steps of the medium; and who the looks are of."""
    owners, places, activities = [], [], []
    for place, (start, end, heard) in enumerate(windows):
        for who, spans in heard.items():
            steps = np.arange(start, end)
            activities.append(np.any([(first <= steps) & (steps < last) for first, last in spans], axis=0))
            places.append(place)
            owners.append(who)
    edges = np.array([(start, end) for start, end, _ in windows], np.int64)
    made = Looks(
        starts_us=edges[:, 0] * round(STEP_US),
        ends_us=edges[:, 1] * round(STEP_US),
        steps=edges[:, 1] - edges[:, 0],
        step_us=STEP_US,
        window=np.array(places, np.int64),
        activities=tuple(activities),
        vectors=np.ones((len(places), 1), np.float32),
        seconds=np.ones(len(places), np.float32),
    )
    return made, np.array(owners, np.int64)


def spans(*windows, end: int = 100) -> list[list[tuple[int, int]]]:
    """Per speaker the stitched spans in steps."""
    stitched = stitch(*looks(*windows), end * round(STEP_US))
    return [[(start // round(STEP_US), last // round(STEP_US)) for start, last in own] for own in stitched]


def test_windows_are_put_together():
    assert spans((0, 40, {0: [(5, 40)]}), (20, 60, {0: [(20, 48)], 1: [(50, 60)]})) == [[(5, 48)], [(50, 60)]]


def test_overlapping_speech_is_kept():
    both = {0: [(0, 25)], 1: [(15, 40)]}
    assert spans((0, 40, both), (0, 40, both)) == [[(0, 25)], [(15, 40)]]


def test_what_most_windows_say_counts_also_those_in_which_nobody_speaks():
    silent: dict[int, list[tuple[int, int]]] = {}
    assert spans((0, 40, {0: [(10, 20)]}), (0, 40, silent), (0, 40, silent)) == [[]]
    assert spans((0, 40, {0: [(10, 20)]}), (0, 40, {0: [(10, 20)]}), (0, 40, silent)) == [[(10, 20)]]


def test_where_windows_disagree_the_one_that_has_it_in_the_middle_counts():
    assert spans((0, 40, {0: [(30, 40)]}), (15, 55, {1: [(30, 40)]})) == [[], [(30, 40)]]


def test_who_is_nobody_takes_part_in_the_count_only():
    assert spans((0, 40, {0: [(0, 20)], NOBODY: [(10, 30)]})) == [[(0, 20)]]


def test_short_pauses_are_bridged_and_longer_ones_are_not():
    assert spans((0, 60, {0: [(0, 10), (12, 20), (26, 30)]})) == [[(0, 20), (26, 30)]]


def test_what_is_too_short_is_no_turn(monkeypatch):
    monkeypatch.setattr("aima.fusion.thresholds.TURN_LEAST_US", 250_000)
    assert spans((0, 60, {0: [(0, 2), (20, 24)]})) == [[(20, 24)]]


@pytest.mark.parametrize("end", [0, 7, 35, 60])
def test_turns_end_with_the_content(end):
    (own,) = spans((0, 40, {0: [(5, 40)]}), (30, 70, {0: [(30, 70)]}), end=end)
    assert own == ([(5, end)] if end > 5 else [])
