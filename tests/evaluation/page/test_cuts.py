"""Wrong cuts with the frames before and after."""

from __future__ import annotations

import base64

from aima.evaluation.page.cuts import SHOWN, cuts_section
from aima.evaluation.page.elements import render
from aima.evaluation.scores.cuts import score_cuts
from aima.evaluation.truth import Truth
from tests.evaluation.page.making import COLOURS, album, clip, coloured_clip
from tests.evaluation.page.test_frames import colour_of
from tests.pages import Page


def page_of(tmp_path, found: tuple[float, ...], **changes: object) -> Page:
    coloured_clip(tmp_path / "film.mp4")
    clips = {"film": clip(**changes)}
    scores = score_cuts(clips, {"film": found})
    return Page(render(cuts_section(scores, Truth(tmp_path, clips=clips), album(tmp_path))))


def test_a_missed_cut_shows_both_shots(tmp_path) -> None:
    page = page_of(tmp_path, (1.0,))
    assert "missed at 0:02.0" in page.text
    before, after = (colour_of(base64.b64decode(source.split(",")[1])) for source in page.values("src"))
    assert abs(before - COLOURS[1]).max() < 12
    assert abs(after - COLOURS[2]).max() < 12


def test_a_false_cut_is_named(tmp_path) -> None:
    assert "false at 0:01.5" in page_of(tmp_path, (1.0, 1.5, 2.0)).text


def test_a_table_tells_each_clip_and_all(tmp_path) -> None:
    page = page_of(tmp_path, (1.0, 2.0))
    assert [word for word in page.words if word.strip()][-14:] == [
        "film", "2", "2", "2", "1.000", "1.000", "1.000", "all clips", "2", "2", "2", "1.000", "1.000", "1.000",
    ]  # fmt: skip
    assert "img" not in page.tags


def test_many_wrong_cuts_are_not_all_shown(tmp_path) -> None:
    page = page_of(tmp_path, tuple(n / 10 for n in range(30)), cuts=())
    assert page.text.count("false at") == SHOWN
    assert "18 further cuts not shown" in page.text
