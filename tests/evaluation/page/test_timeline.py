"""Lanes one below the other; every bar, cut and mistake at its time."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from aima.evaluation.page.elements import render
from aima.evaluation.page.timeline import BAR, LABEL, Bar, Lane, timeline
from tests.pages import Page

LANES = [
    Lane("Ada: F1 0.500", (Bar("required", 0.0, 5.0), Bar("optional", 5.0, 10.0)), ((2.5, 5.0),)),
    Lane("found as Person 1", (Bar("found", 0.0, 2.5),)),
]


def shapes(drawing, tag: str, kind: str) -> list[dict[str, str]]:
    return [dict(shape.attrib) for shape in drawing.iter(tag) if shape.get("class") == kind]


def test_bars_stand_at_their_times_in_their_lanes() -> None:
    drawing = timeline(LANES, 10.0, [])
    (required,) = shapes(drawing, "rect", "required")
    (found,) = shapes(drawing, "rect", "found")
    assert (required["x"], required["width"], required["y"]) == ("0.00%", "50.00%", str(LABEL))
    assert (found["x"], found["width"], found["y"]) == ("0.00%", "25.00%", str(LANES[0].height + LABEL))
    assert [text.text for text in drawing.iter("text") if text.get("class") == "label"] == [
        "Ada: F1 0.500", "found as Person 1",
    ]  # fmt: skip


def test_mistakes_are_red_below_the_bar_with_their_time() -> None:
    drawing = timeline(LANES, 10.0, [])
    (wrong,) = shapes(drawing, "rect", "wrong")
    assert (wrong["x"], wrong["width"], wrong["y"]) == ("25.00%", "25.00%", str(LABEL + BAR))
    assert [text.text for text in drawing.iter("text") if text.get("class") == "wrong"] == ["0:02.5"]
    assert "wrong 0:02.5–0:05.0" in Page(render(drawing)).text


def test_times_that_would_cover_each_other_are_left_to_the_table() -> None:
    crowded = [Lane("Ada", (), tuple((second / 10, second / 10 + 0.05) for second in range(100)))]
    drawing = timeline(crowded, 10.0, [])
    places = [float(text.get("x").rstrip("%")) for text in drawing.iter("text") if text.get("class") == "wrong"]
    assert len(shapes(drawing, "rect", "wrong")) == 100
    assert len(places) >= 5
    assert all(later - earlier >= 11 for earlier, later in itertools.pairwise(places))


def test_cuts_are_verticals_over_all_lanes() -> None:
    drawing = timeline(LANES, 10.0, [4.0])
    (cut,) = shapes(drawing, "line", "cut")
    assert (cut["x1"], cut["x2"], cut["y2"]) == ("40.00%", "40.00%", str(sum(lane.height for lane in LANES)))


@settings(deadline=None, derandomize=True, max_examples=50)
@given(st.floats(0.1, 50_000), st.floats(-10, 100_000), st.floats(0, 100_000))
def test_nothing_leaves_the_drawing(duration: float, start: float, length: float) -> None:
    drawing = timeline([Lane("x", (Bar("found", start, start + length),))], duration, [start])
    (bar,) = shapes(drawing, "rect", "found")
    left, width = (float(bar[name].rstrip("%")) for name in ("x", "width"))
    assert 0 <= left <= 100
    assert 0 < width <= 100
    assert left + width <= 100.26
    ticks = shapes(drawing, "line", "tick")
    assert 2 <= len(ticks) <= 8 or duration < 0.2


def test_names_are_text() -> None:
    page = Page(render(timeline([Lane("<script>x</script>", ())], 1.0, [])))
    assert "script" not in page.tags
    assert "<script>x</script>" in page.text
