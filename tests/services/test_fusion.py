"""Which observations are fused: the newest that fit together."""

from __future__ import annotations

import pyarrow as pa

from aima.domain.job import Job
from aima.services.fusion import _side_by_side
from aima.services.sources import chosen_steps


def step(digest: str, model_version: str = "m@1+1") -> dict[str, object]:
    return {"model_version": model_version, "digest": digest, "step_us": 200_000}


def job(state: str = "done", **analyzers: dict[str, object]) -> Job:
    return Job(f"job-{state}-{len(analyzers)}", "medium", analyzers, state)


FACES = {"face_detector": step("a"), "face_embedder": step("b")}
OTHER = {"face_detector": step("x"), "face_embedder": step("y")}
FIRST = {**FACES, "shot_cuts": step("c")}


def test_an_analyzer_added_later_on_the_same_faces_joins():
    jobs = [job(**FIRST), job(face_detector=step("a"), emotion=step("d")), job(shot_cuts=step("e"))]
    assert chosen_steps(jobs, "m@1") == {**FACES, "emotion": step("d"), "shot_cuts": step("e")}


def test_other_faces_with_vectors_replace_all_that_hangs_on_faces():
    jobs = [job(**FIRST, emotion=step("d")), job(**OTHER)]
    assert chosen_steps(jobs, "m@1") == {**OTHER, "shot_cuts": step("c")}


def test_what_was_known_of_faces_comes_back_with_them():
    jobs = [job(**FIRST, emotion=step("d")), job(**OTHER), job(**FIRST)]
    assert chosen_steps(jobs, "m@1") == {**FIRST, "emotion": step("d")}


def test_other_faces_without_vectors_change_nothing():
    assert chosen_steps([job(**FIRST), job(face_detector=step("x"))], "m@1") == FIRST


def test_a_failed_job_counts_only_where_nothing_was_finished():
    assert chosen_steps([job(**FIRST), job("failed", **OTHER)], "m@1") == FIRST
    assert chosen_steps([job("failed", **OTHER)], "m@1") == OTHER


def test_vectors_of_another_model_are_left_out():
    foreign = {"face_detector": step("a"), "face_embedder": step("z", "n@1+1")}
    assert chosen_steps([job(**FIRST), job(**foreign)], "m@1") == FIRST
    assert chosen_steps([job(**foreign)], "m@1") == {}


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
