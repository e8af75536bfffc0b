from __future__ import annotations

import pytest

from aima.evaluation.scores.boxes import score_boxes
from aima.evaluation.truth import TrueBox

FACE = TrueBox(left=0, top=0, width=10, height=10)
CROWD = TrueBox(left=50, top=0, width=10, height=10, ignore=True)


def shifted(left: float) -> tuple[float, float, float, float]:
    return (left, 0.0, 10.0, 10.0)


def test_a_box_that_overlaps_enough_is_the_face() -> None:
    # Shifted by 4: intersection 60, union 140, 0.43; by 4.5: 55 of 145, 0.38.
    assert score_boxes({"f": [FACE]}, {"f": [shifted(4)]}).f1 == 1
    score = score_boxes({"f": [FACE]}, {"f": [shifted(4.5)]})
    assert (score.tp, score.fp, score.fn, score.f1) == (0, 1, 1, 0)


def test_two_boxes_on_a_face_are_one_too_many() -> None:
    score = score_boxes({"f": [FACE]}, {"f": [shifted(2), shifted(1)]})
    assert (score.tp, score.fp, score.fn) == (1, 1, 0)
    assert [(one.file, one.kind, one.box) for one in score.mistakes] == [("f", "false", shifted(2))]


def test_neighbours_are_told_apart_by_the_best_sum() -> None:
    second = TrueBox(left=4, top=0, width=10, height=10)
    # Either box fits both faces; the second face needs the second box.
    score = score_boxes({"f": [FACE, second]}, {"f": [shifted(3), shifted(-2)]})
    assert (score.tp, score.fp, score.fn) == (2, 0, 0)


def test_ignored_faces_are_neither_missed_nor_false() -> None:
    assert score_boxes({"f": [CROWD]}, {"f": [shifted(50)]}).f1 is None
    assert score_boxes({"f": [CROWD]}, {}).f1 is None


def test_a_file_without_answer_has_no_boxes() -> None:
    score = score_boxes({"f": [FACE], "g": [FACE], "h": []}, {"f": [shifted(0)], "h": [shifted(0)]})
    assert (score.precision, score.recall, score.f1) == (0.5, 0.5, 0.5)
    assert [(one.file, one.kind) for one in score.mistakes] == [("g", "missed"), ("h", "false")]


@pytest.mark.parametrize("found", [{}, {"unlabelled": [shifted(0)]}])
def test_files_without_labels_do_not_count(found: dict[str, list[tuple[float, float, float, float]]]) -> None:
    assert score_boxes({}, found).model_dump() == {
        "tp": 0,
        "fp": 0,
        "fn": 0,
        "precision": None,
        "recall": None,
        "f1": None,
        "mistakes": (),
    }
