"""Boxes are drawn where they disagree, in the pixels of the picture."""

from __future__ import annotations

from aima.evaluation.answers import Answers
from aima.evaluation.page.elements import render
from aima.evaluation.page.photographs import boxes_section, counts_section
from aima.evaluation.scores.boxes import score_boxes
from aima.evaluation.scores.counts import score_counts
from aima.evaluation.truth import TrueBox, Truth
from tests.evaluation.page.making import album, painted, pictured
from tests.pages import Page


def rects(page: Page) -> list[str]:
    return [value for value in page.values("class") if value.startswith("box")]


def test_pictures_with_wrong_boxes_show_both(tmp_path) -> None:
    painted(tmp_path / "group.jpg")
    painted(tmp_path / "right.jpg")
    face = TrueBox(left=10, top=10, width=50, height=50)
    missed, ignored = TrueBox(left=200, top=10, width=40, height=40), face.model_copy(update={"ignore": True})
    truth = {"group.jpg": (face, missed, ignored), "right.jpg": (face,)}
    near, far = (11.0, 11.0, 50.0, 50.0), (300.0, 200.0, 20.0, 20.0)
    answers = Answers(boxes={"group.jpg": (near, far), "right.jpg": (near,)})
    score = score_boxes(truth, answers.boxes)
    page = Page(render(boxes_section(score, Truth(tmp_path, boxes=truth), answers, album(tmp_path))))
    assert rects(page) == ["box true", "box true alone", "box ignored", "box seen", "box seen alone"]
    assert "0 0 400 300" in page.values("viewbox")
    assert "group.jpg: 1 missed, 1 false" in page.text
    assert "right.jpg" not in page.text


def test_a_picture_that_is_gone_still_has_its_line(tmp_path) -> None:
    truth = {"gone.jpg": (TrueBox(left=0, top=0, width=9, height=9),)}
    section = boxes_section(score_boxes(truth, {}), Truth(tmp_path, boxes=truth), Answers(), album(tmp_path))
    page = Page(render(section))
    assert "gone.jpg: 1 missed, 0 false" in page.text
    assert "1 picture missing or not readable" in page.text
    assert rects(page) == []


def test_wrong_counts_show_what_was_found(tmp_path) -> None:
    painted(tmp_path / "two.jpg")
    answers = Answers(seen={"two.jpg": (pictured(),)})
    score = score_counts({"two.jpg": 2, "one.jpg": 1}, {"two.jpg": 1, "one.jpg": 1})
    page = Page(render(counts_section(score, answers, album(tmp_path))))
    assert "two.jpg: 2 faces, 1 found" in page.text
    assert rects(page) == ["box seen"]
    assert "1 of 2 pictures are right, mean absolute error 0.500 faces." in page.text
