"""Which observations are fused: the newest that fit together."""

from __future__ import annotations

import pyarrow as pa

from aima.services.fusion import _merged, _side_by_side


def step(digest: str) -> dict[str, str]:
    return {"model_version": "m@1+1", "digest": digest}


FIRST = {"face_detector": step("a"), "face_embedder": step("b"), "shot_cuts": step("c")}


def test_an_analyzer_added_later_on_the_same_faces_joins():
    assert _merged(FIRST, {"face_detector": step("a"), "emotion": step("d")}) == {**FIRST, "emotion": step("d")}
    assert _merged(FIRST, {"shot_cuts": step("e")})["shot_cuts"] == step("e")


def test_other_faces_with_vectors_replace_all_that_hangs_on_faces():
    later = {"face_detector": step("x"), "face_embedder": step("y")}
    before = {**FIRST, "emotion": step("d")}
    assert _merged(before, later) == {**later, "shot_cuts": step("c")}


def test_other_faces_without_vectors_change_nothing():
    assert _merged(FIRST, {"face_detector": step("x")}) == FIRST


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
