"""The head names folder, date and models, and has a tile for every measured part."""

from __future__ import annotations

from aima.evaluation.page.elements import render
from aima.evaluation.page.head import head, tiles
from aima.evaluation.scores.counts import score_counts
from aima.evaluation.scores.cuts import score_cuts
from aima.evaluation.scores.persons import score_clips
from tests.evaluation.page.making import clip, film_answers, report, sounds
from tests.pages import Page


def test_what_was_measured_with_what() -> None:
    page = Page(render(head(report())))
    assert "films, looked at on 02 January 2026, 03:04 UTC by AIMA 0.1 in 3 s, 2 s of CPU." in page.text
    for words in ("centerface@1", "join", "-2"):
        assert words in page.words


def test_only_measured_parts_have_tiles() -> None:
    assert list(tiles(report())) == []
    clips = {"film": clip(persons=clip().persons[:1])}
    shown = report(
        persons=score_clips(clips, film_answers().persons),
        cuts=score_cuts(clips, film_answers().cuts),
        counts=score_counts({"a.jpg": 3}, {"a.jpg": 1}),
    )
    figures = {name: (anchor, value) for anchor, name, value, _ in tiles(shown)}
    assert figures["cuts F1"] == ("cuts", "0.500")
    assert figures["counting error"] == ("counts", "2.000")
    assert figures["false persons"] == ("persons", "1")
    assert set(figures) == {"persons F1", "false persons", "counting error", "cuts F1"}


def test_what_is_heard_has_tiles() -> None:
    figures = {name: (anchor, value) for anchor, name, value, _ in tiles(report(**sounds()[0]))}
    assert figures == {
        "word errors, English": ("words", "50 %"),
        "speaker errors": ("speakers", "50 %"),
        "voices, equal errors": ("voices", "0 %"),
        "queries answered": ("retrieval", "0 of 1"),
    }


def test_failed_files_are_warned_of() -> None:
    page = Page(render(head(report(failed={"a.jpg": "gone", "b.jpg": "gone"}))))
    assert "2 of the labelled files could not be looked at and count as empty" in page.text
    assert "#failed" in page.values("href")
