import numpy as np
import pyarrow as pa
import pytest

from aima.fusion.observed import known, read_observed
from tests.fusion.making import STEP_US, Face, look, table

ROWS = table({0: [Face(1.0, vector=look(0, 0)), Face(2.0, quality=0.3)], STEP_US: [], 2 * STEP_US: [Face(3.0)]})


def test_faces_lie_one_after_the_other_and_know_their_frame():
    seen = read_observed(ROWS)
    assert seen.frames_us.tolist() == [0, STEP_US, 2 * STEP_US]
    assert (seen.frame.tolist(), seen.ordinal.tolist()) == ([0, 0, 2], [0, 1, 0])
    assert seen.boxes[:, 0].tolist() == [1, 2, 3]
    assert seen.quality.tolist() == pytest.approx([0.8, 0.3, 0.8])
    assert known(seen.vectors).tolist() == [True, False, False]
    assert seen.vectors[0].tolist() == pytest.approx(look(0, 0).tolist())


def test_tables_of_several_segments_are_read_as_one():
    later = table({9 * STEP_US: [Face(4.0, vector=look(0, 1))]})
    seen = read_observed(pa.concat_tables([ROWS, later]))
    assert seen.frame.tolist() == [0, 0, 2, 3]
    assert known(seen.vectors).tolist() == [True, False, False, True]


def test_a_column_that_is_not_there_is_empty():
    seen = read_observed(ROWS.select(["pts_us", "faces"]))
    assert seen.vectors.shape == seen.expressions.shape == (3, 0)
    assert not known(seen.vectors).any()
    assert seen.quality.tolist() == seen.scores.tolist()


def test_a_frame_of_which_an_analyzer_could_say_nothing_has_no_values():
    vectors, quality = ROWS["face_vectors"].to_pylist(), ROWS["face_quality"].to_pylist()
    vectors[0] = quality[0] = None
    vectors[2] = [look(1, 0).tolist()]
    broken = ROWS.drop_columns(["face_vectors", "face_quality"])
    broken = broken.append_column("face_vectors", pa.array(vectors, ROWS.schema.field("face_vectors").type))
    seen = read_observed(broken.append_column("face_quality", pa.array(quality, pa.list_(pa.float32()))))
    assert known(seen.vectors).tolist() == [False, False, True]
    assert seen.quality.tolist() == pytest.approx([0, 0, 0.8])


def test_known_rows_are_those_without_nan():
    assert known(np.array([[1, 2], [np.nan, np.nan]], np.float32)).tolist() == [True, False]
    assert known(np.zeros((2, 0), np.float32)).tolist() == [False, False]
