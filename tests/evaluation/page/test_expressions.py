"""What was read as what; labels that the model has no class for stand apart."""

from __future__ import annotations

from aima.evaluation.answers import Answers
from aima.evaluation.page.elements import render
from aima.evaluation.page.expressions import expressions_section
from aima.evaluation.scores.expressions import score_expressions
from aima.evaluation.truth import Expression
from tests.evaluation.page.making import album, pictured
from tests.pages import Page

TRUTH = (
    Expression(file="1.jpg", emotion="anger"),
    Expression(file="2.jpg", emotion="fear"),
    Expression(file="3.jpg", emotion="contempt"),
)


def page_of(tmp_path, answers: dict[str, str], truth=TRUTH) -> Page:
    faces = {one.file: (pictured(),) for one in truth}
    score = score_expressions(truth, answers)
    return Page(
        render(expressions_section(score, Answers(expressions=answers, seen=faces), album(tmp_path, "crop.jpg")))
    )


def test_what_the_model_cannot_know_stands_apart(tmp_path) -> None:
    page = page_of(tmp_path, {"1.jpg": "anger", "2.jpg": "anger", "3.jpg": "neutral"})
    assert page.values("class").count("confusion") == 2
    assert "Labels that the model knows: 2 pictures, accuracy 0.500, balanced 0.500." in page.text
    assert "All labels: 3 pictures, accuracy 0.333, balanced 0.333." in page.text


def test_wrong_pictures_say_what_they_were_read_as(tmp_path) -> None:
    page = page_of(tmp_path, {"1.jpg": "anger", "2.jpg": "anger"})
    assert "fear read as anger: 2.jpg" in page.text
    assert "contempt read as none: 3.jpg" in page.text
    assert page.tags.count("img") == 2


def test_all_right_shows_no_pictures(tmp_path) -> None:
    page = page_of(tmp_path, {"1.jpg": "anger", "2.jpg": "fear"}, TRUTH[:2])
    assert "img" not in page.tags
    assert page.values("class").count("confusion") == 1
