"""What fusion reads of one content, side by side."""

from __future__ import annotations

import pyarrow as pa

from aima.services.fusion import _side_by_side


def test_columns_stand_side_by_side_for_the_frames_that_both_have():
    faces = pa.table({"pts_us": [0, 1, 2], "faces": ["a", "b", "c"], "problems": [[], [], []]})
    vectors = pa.table({"pts_us": [2, 1], "face_vectors": ["C", "B"]})
    whole = pa.table({"pts_us": [0, 1, 2], "face_expressions": [7, 8, 9]})
    lacking = pa.table({"pts_us": [1], "face_expressions": [8]})
    joined = _side_by_side(faces, vectors, whole).to_pydict()
    assert joined == {
        "pts_us": [1, 2],
        "faces": ["b", "c"],
        "face_vectors": ["B", "C"],
        "face_expressions": [8, 9],
    }
    assert "face_expressions" not in _side_by_side(faces, vectors, lacking).column_names
