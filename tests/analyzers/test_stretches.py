"""Speech is cut so that all of it is heard, in pauses, and once where a segment ends."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.analyzers.stretches import LONGEST_US, MARGIN_US, SpeechChances, grouped, joined, stretches, with_margins

LOOK_US = 32_000
S = 1_000_000


def chances(*parts: tuple[float, float], start_us: int = 0) -> SpeechChances:
    """Looks of these (seconds, chance) one after another."""
    values = np.concatenate([np.full(round(seconds * S / LOOK_US), chance, np.float32) for seconds, chance in parts])
    starts = start_us + np.arange(len(values), dtype=np.int64) * LOOK_US
    return SpeechChances(starts, starts + LOOK_US, values)


def ends(looks: SpeechChances) -> tuple[int, int]:
    return int(looks.starts[0]), int(looks.ends[-1])


def test_speech_goes_on_while_it_is_likely_enough_and_blips_are_none():
    looks = chances((1, 0), (1, 0.9), (0.5, 0.4), (1, 0.9), (1, 0.1), (0.064, 0.9), (1, 0), (1, 0.4))
    assert looks.spoken() == [(992_000, 992_000 + 2_496_000)]


def test_what_counts_as_short_can_be_said():
    looks = chances((1, 0), (0.064, 0.9), (1, 0))
    assert looks.spoken() == []
    assert looks.spoken(50_000) == [(992_000, 1_056_000)]


def test_stretches_with_short_pauses_are_recognised_together():
    looks = chances((2, 0), (1, 1), (1, 0), (1, 1), (3, 0), (1, 1), (2, 0))
    spoken = stretches(looks, ends(looks))
    groups = grouped(spoken)
    assert groups == [spoken[:2], spoken[2:]]
    first, second = with_margins(groups, ends(looks))
    assert first == (spoken[0][0] - MARGIN_US, spoken[1][1] + MARGIN_US)
    assert second == (spoken[2][0] - MARGIN_US, spoken[2][1] + MARGIN_US)


def test_a_group_does_not_become_too_long():
    looks = chances(*[(1, 0), (7, 0.9)] * 5)
    groups = grouped(stretches(looks, ends(looks)))
    assert [len(group) for group in groups] == [2, 2, 1]


def test_nobody_speaks_nothing_to_hear():
    looks = chances((60, 0.2))
    assert stretches(looks, ends(looks)) == grouped([]) == with_margins([], (0, 1)) == []
    assert stretches(chances((0, 0)), (0, 0)) == []


def test_endless_speech_is_cut_where_it_is_least_likely():
    looks = chances((12, 0.9), (0.096, 0.4), (13, 0.9))
    (first, second) = stretches(looks, ends(looks))
    assert first[1] == second[0]
    assert 11_900_000 < first[1] < 12_100_000


def test_the_end_of_a_segment_cuts_speech_once():
    """What one side leaves out the other has."""
    looks = chances((3, 0), (8, 0.9), (3, 0))
    cut = round(7 * S / LOOK_US) * LOOK_US
    left, right = stretches(looks, (0, cut)), stretches(looks, (cut, 14 * S))
    assert left[-1][1] == right[0][0] == cut


def test_short_pauses_are_no_pauses():
    spans = [(0, 4), (5, 8), (9, 12)]
    assert joined(spans, 2) == [(0, 12)]
    assert joined(spans, 1) == spans


@settings(deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(st.floats(0.1, 30), st.sampled_from([0.0, 0.3, 0.4, 0.6, 1.0])), min_size=1, max_size=12),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_what_is_heard_holds_all_speech_of_the_segment_in_order_and_no_more(parts, one, other):
    looks = chances(*parts, start_us=5 * S)
    whole = ends(looks)
    own = low, high = [whole[0] + round((whole[1] - whole[0]) * share) for share in sorted((one, other))]
    found = with_margins(grouped(stretches(looks, own)), own)
    assert all(start < end for start, end in found)
    # Half a look may stick out at the ends of the segment.
    assert all(low - LOOK_US <= start and end <= high + LOOK_US for start, end in found)
    assert all(before[1] <= after[0] for before, after in pairwise(found))
    assert all(end - start <= LONGEST_US + 2 * MARGIN_US for start, end in found)
    for start, end in looks.within(own).spoken():
        assert sum(max(0, min(end, b) - max(start, a)) for a, b in found) >= end - start - LOOK_US
