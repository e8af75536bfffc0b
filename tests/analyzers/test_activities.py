"""Windows lie on one grid for all segments, each in one of them, and only who speaks alone is heard alone."""

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.analyzers.activities import Activities, Cut, Window, read_activities, stretches, windows_of
from aima.analyzers.speaker_turns import SpeakerTurns
from aima.domain.batch import SOUND_RATE, SoundBatch

STEP_US, INTERVAL_US, LENGTH_US = 16_875, 148 * 16_875, 10_000_000
S = 1_000_000


def segments(end_us, moves):
    """Batches of a minute with their context and borders that were moved."""
    starts = range(0, end_us, 60 * S)
    borders = [0, *(start + move for start, move in zip(starts[1:], moves, strict=False)), end_us + 5 * S]
    for number, start in enumerate(starts):
        first, last = max(0, start - 5 * S), min(end_us, start + 65 * S)
        samples = np.zeros((last - first) * SOUND_RATE // S, np.float32)
        yield SoundBatch("content", number, samples, first, (borders[number], borders[number + 1]), {})


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    end_us=st.integers(1, 300 * S).map(lambda us: us // 1000 * 1000 + 1000),
    moves=st.lists(st.integers(-4 * S, 4 * S), min_size=5, max_size=5),
)
def test_each_window_is_looked_at_by_the_one_segment_that_owns_it(end_us, moves):
    found = []
    for batch in segments(end_us, moves):
        windows = windows_of(batch, LENGTH_US, INTERVAL_US, STEP_US)
        assert all(batch.owns(window.start_us, window.end_us) for window in windows)
        assert all(
            batch.start_us <= w.start_us < w.end_us <= min(batch.end_us, w.start_us + LENGTH_US) for w in windows
        )
        found += windows
    assert all(window.start_us % STEP_US == 0 for window in found)
    # A window that is cut at its start began less than 4 s earlier; its number is that of its end then.
    whole = [w for w in found if w.start_us % INTERVAL_US == 0 and w.end_us == min(w.start_us + LENGTH_US, end_us)]
    assert len({w.start_us for w in whole}) == len(whole)
    middle_us = min(LENGTH_US, end_us) // 2
    assert len(found) == -(-(end_us - middle_us) // INTERVAL_US)
    assert found[0] == Window(0, min(LENGTH_US, end_us))
    assert found[-1].end_us > end_us - INTERVAL_US


def test_without_sound_there_is_no_window():
    batch = SoundBatch("content", 0, np.zeros(0, np.float32), 0, (0, 5 * S), {})
    assert windows_of(batch, LENGTH_US, INTERVAL_US, STEP_US) == []


def test_alone_is_who_speaks_while_nobody_else_does():
    active = np.array([[1, 1, 0, 0, 1], [0, 1, 1, 0, 0]], bool)
    window = Activities(Window(2 * S, 2 * S + 500_000), active, 100_000.0)
    at_us = 2 * S + np.array([-1, 0, 99_999, 100_000, 299_999, 350_000, 450_000, 500_000])
    assert window.alone(0, at_us).tolist() == [False, True, True, False, False, False, True, False]
    assert window.alone(1, at_us).tolist() == [False, False, False, False, True, False, False, False]


def test_windows_are_read_back_as_they_were_written():
    columns = {
        "end_us": [10 * S, 12 * S],
        "activities": [[[True, False], [False, True]], []],
        "activity_step_us": [16_875.0, 16_875.0],
    }
    table = SpeakerTurns.table(np.array([0, 2 * S]), columns)
    spoken, silent = read_activities(pa.concat_tables([table[:1], table[1:]]))
    assert spoken.window == Window(0, 10 * S)
    assert spoken.active.tolist() == columns["activities"][0]
    assert silent.active.shape[0] == 0


def rows(*shown):
    return np.array([[letter == "x" for letter in row] for row in shown])


def test_speakers_are_cut_where_they_pause_and_where_they_speak_long():
    active = rows("xx.xx...x.", "...xxxxxx.")
    assert np.array_equal(stretches(active, Cut(1, 1, 10)), rows("xx.xx.....", "........x.", "...xxxxxx."))
    assert np.array_equal(stretches(active, Cut(9, 1, 10)), active)
    assert np.array_equal(stretches(active[1:], Cut(1, 1, 4)), rows("...xxx....", "......xxx."))
    assert stretches(rows("....", "...."), Cut(1, 1, 4)).shape == (0, 4)


def test_what_is_too_short_stays_with_the_nearest_of_the_same_speaker():
    active = rows("xxx..x....xxx", "......xx.....")
    assert np.array_equal(stretches(active, Cut(1, 2, 9)), rows("xxx..x.......", "..........xxx", "......xx....."))
    assert np.array_equal(stretches(rows("x..xxx", "xxx..x"), Cut(1, 2, 9)), rows("x..xxx", "xxx..x"))
    assert np.array_equal(stretches(rows("x...x..x"), Cut(1, 9, 9)), rows("x...x..x"))


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    st.lists(st.lists(st.booleans(), min_size=30, max_size=30), max_size=3),
    st.builds(Cut, st.integers(0, 5), st.integers(1, 9), st.integers(1, 40)),
)
def test_stretches_are_all_of_the_speech_and_nothing_twice(spoken, cut):
    active = np.array(spoken, bool).reshape(-1, 30)
    pieces = stretches(active, cut)
    assert np.array_equal(pieces.sum(axis=0), active.sum(axis=0))
    assert all(0 < piece.sum() <= cut.most for piece in pieces)
