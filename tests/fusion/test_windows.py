from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from aima.domain.observation import VOICE_VECTOR_COLUMNS
from aima.fusion.windows import read_looks
from tests.fusion.speaking import SECOND, spoken

TALK = {1: [(0.0, 4.0)], 2: [(3.0, 3.9), (11.0, 15.0)]}


def test_local_speakers_become_looks():
    looks = read_looks(spoken(TALK, 16))
    assert looks is not None
    assert (looks.starts_us / SECOND).tolist() == [0, 2, 4, 6]
    assert looks.steps.tolist() == [500] * 4
    assert looks.window.tolist() == [0, 0, 1, 1, 2, 3]
    assert [round(float(activity.sum()) / 50, 1) for activity in looks.activities] == [4.0, 0.9, 1.9, 2.0, 3.0, 4.0]
    assert looks.known.tolist() == [True, False, True, True, True, True], "one is never heard alone"
    assert looks.seconds.tolist() == pytest.approx([3.1, 0, 1.0, 1.1, 3.0, 4.0], abs=0.05)


def test_windows_without_speech_are_windows_without_looks():
    looks = read_looks(spoken({1: [(30.0, 34.0)]}, 50))
    assert looks is not None
    assert len(looks.starts_us) == 21
    assert set(looks.steps) == {500}
    assert looks.starts_us[looks.window].min() == 22 * SECOND


def test_a_window_without_vectors_has_looks_without_vectors():
    tables = spoken(TALK, 16)
    part = tables | {"speaker_embedder": tables["speaker_embedder"].slice(1)}
    looks = read_looks(part)
    assert looks is not None
    assert looks.known.tolist() == [False, False, True, True, True, True]
    assert looks.seconds[:2].tolist() == [0, 0]


def test_vectors_of_other_windows_than_these_are_not_mixed_up():
    tables = spoken(TALK, 16)
    voices = tables["speaker_embedder"]
    shorter = [voice[:1] for voice in voices["voice_vectors"].to_pylist()]
    cut = voices.set_column(
        voices.column_names.index("voice_vectors"),
        "voice_vectors",
        pa.array(shorter, VOICE_VECTOR_COLUMNS.field("voice_vectors").type),
    )
    looks = read_looks(tables | {"speaker_embedder": cut})
    assert looks is not None
    assert looks.known.tolist() == [False, False, False, False, True, True]


@pytest.mark.parametrize("name", ["speaker_turns", "speaker_embedder"])
def test_without_one_of_the_two_there_is_nothing_to_look_at(name):
    tables = spoken(TALK, 16)
    assert read_looks({name: tables[name]}) is None


def test_without_a_window_there_is_nothing_to_look_at():
    tables = spoken(TALK, 16)
    assert read_looks({name: table.slice(0, 0) for name, table in tables.items()}) is None


def test_rows_may_come_in_any_order_and_twice():
    tables = spoken(TALK, 16)
    backwards = {name: pa.concat_tables([table, table]).take(list(range(7, -1, -1))) for name, table in tables.items()}
    one, other = read_looks(tables), read_looks(backwards)
    assert one is not None
    assert other is not None
    assert np.array_equal(one.vectors, other.vectors, equal_nan=True)
    assert np.array_equal(one.window, other.window)
