"""Cost by analyzer, and reasons."""

from __future__ import annotations

from aima.evaluation.page.elements import render
from aima.evaluation.page.running import cost_section, reasons_section, sound_cost_section
from aima.evaluation.report import Cost
from tests.pages import Page


def test_every_analyzer_has_a_column() -> None:
    costs = [
        Cost(kind="video", size="1280x720", files=1, frames=60, faces=1.5, ms_per_frame={"decode": 5.04}, total=5.04),
        Cost(kind="image", size="640x480", files=2, frames=2, faces=1.0, ms_per_frame={"emotion": 2.0}, total=2.0),
    ]
    words = [word for word in Page(render(cost_section(costs))).words if word.strip()]
    assert words[words.index("media") :] == [
        "media", "files", "frames", "faces each", "decode", "emotion", "together",
        "video 1280x720", "1", "60", "1.5", "5.0", "–", "5.0",
        "image 640x480", "2", "2", "1.0", "–", "2.0", "2.0",
    ]  # fmt: skip


def test_reasons_are_sorted_by_what_they_are_about() -> None:
    page = Page(
        render(reasons_section("failed", "Files that failed", "Why.", {"b.jpg": "gone", "a<b>.jpg": "empty"}, "file"))
    )
    assert [word for word in page.words if word.strip()][-4:] == ["a<b>.jpg", "empty", "b.jpg", "gone"]


def test_many_reasons_are_folded() -> None:
    reasons = {f"{number}.jpg": "gone" for number in range(30)}
    page = Page(render(reasons_section("failed", "Files that failed", "Why.", reasons, "file")))
    assert "30 files" in page.words
    assert page.tags.count("details") == 1
    assert page.words.count("gone") == 30


def test_what_sound_costs_is_told_by_what_spent_it() -> None:
    page = Page(render(sound_cost_section({"total": 0.15, "decode": 0.05, "speech": 0.1})))
    words = [word for word in page.words if word.strip()]
    assert words[-6:] == ["total", "0.1500", "decode", "0.0500", "speech", "0.1000"]
