"""Curves lie in their box; cells are as dark as their share."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from aima.evaluation.page.charts import HEIGHT, WIDTH, Line, confusion_table, legend, line_chart
from aima.evaluation.page.elements import render
from tests.pages import Page


def test_a_curve_rises_with_its_share_and_follows_the_strength() -> None:
    drawing = line_chart([Line("found", "share", ((40.0, 1.0), (20.0, 0.0)))], {})
    (curve,) = drawing.iter("polyline")
    (x0, y0), (x1, y1) = (tuple(map(float, point.split(","))) for point in curve.get("points").split())
    assert x0 < x1
    assert y0 > y1
    assert [title.text for title in drawing.iter("title")] == ["found at 20: 0.000", "found at 40: 1.000"]
    words = [text.text for text in drawing.iter("text")]
    assert words == ["0.0", "0.5", "1.0", "20", "40"]


def test_one_place_alone_is_a_point() -> None:
    drawing = line_chart([Line("found", "share", ((0.0, 0.5),))], {})
    assert [circle.get("cx") for circle in drawing.iter("circle")] == [str(30 + (WIDTH - 44) / 2)]


@settings(deadline=None, derandomize=True, max_examples=50)
@given(st.lists(st.tuples(st.floats(-360, 360), st.floats(0, 1)), min_size=1, max_size=12))
def test_every_point_lies_within(points: list[tuple[float, float]]) -> None:
    for circle in line_chart([Line("found", "share", tuple(points))], {}).iter("circle"):
        assert 0 < float(circle.get("cx")) < WIDTH
        assert 0 < float(circle.get("cy")) < HEIGHT


def test_a_flag_stands_at_its_place_with_its_words() -> None:
    line = Line("found", "share", ((20.0, 0.5), (40.0, 1.0)))
    drawing = line_chart([line], {40.0: "2 wrong joins"})
    (flag,) = [shape for shape in drawing.iter("line") if shape.get("class") == "flag"]
    last = list(drawing.iter("circle"))[-1]
    assert flag.get("x1") == last.get("cx")
    assert [text.text for text in drawing.iter("text") if text.get("class") == "wrong"] == ["2 wrong joins"]


def test_places_that_would_cover_each_other_are_left_out() -> None:
    crowded = Line("found", "share", tuple((place / 10, 0.5) for place in range(100)))
    words = [text.text for text in line_chart([crowded], {}).iter("text")]
    assert 3 < len(words) < 25


def test_the_legend_names_every_kind() -> None:
    page = Page(render(legend([("found", "share"), ("wrong", "wrong")])))
    assert page.text == "foundwrong"
    assert page.values("class") == ["legend", "share", "wrong"]


def test_a_cell_is_as_dark_as_its_share_of_the_row() -> None:
    page = Page(render(confusion_table({"anger": {"anger": 3, "fear": 1}, "none": {}}, ["anger", "fear"])))
    assert ["good" in style for style in page.values("style")] == [True, False, False, False]
    assert [re.findall(r"(\d+)%", style) for style in page.values("style")] == [["75"], ["25"], ["0"], ["0"]]
    assert [word for word in page.words if word] == ["true \\ answered", "anger", "fear", "anger", "3", "1", "none"]
