"""Wrong utterances with what differs marked."""

from __future__ import annotations

from aima.evaluation.page.elements import render
from aima.evaluation.page.words import words_section
from aima.evaluation.scores.wer import SHOWN, score_words
from aima.evaluation.truth import Transcript
from tests.pages import Page


def page_of(said: dict[str, str], heard: dict[str, str]) -> tuple[Page, str]:
    truth = [Transcript(file=file, language="en", text=text) for file, text in said.items()]
    html = render(words_section(score_words(truth, heard)))
    return Page(html), html


def test_what_differs_is_marked_on_both_sides() -> None:
    page, html = page_of({"speech/en/a.wav": "a cat sat down"}, {"speech/en/a.wav": "a hat sat up down"})
    assert "<small>said </small>a <mark>cat</mark> sat down" in html
    assert "<small>heard </small>a <mark>hat</mark> sat <mark>up</mark> down" in html
    assert "2 errors in 4 words" in page.text


def test_a_file_without_text_is_told() -> None:
    page, html = page_of({"a.wav": "hello <b>"}, {})
    assert "2 errors in 2 words; nothing heard" in page.text
    assert "<mark>hello b</mark>" in html


def test_figures_stand_by_language_and_group() -> None:
    page, _ = page_of({"speech/en/a.wav": "one two"}, {"speech/en/a.wav": "one two"})
    words = [word for word in page.words if word.strip()]
    assert words[words.index("en") : words.index("en") + 10] == [
        "en", "1", "1", "0", "2", "0", "0", "0", "0 %", "0 %",
    ]  # fmt: skip
    assert "mark" not in page.tags


def test_many_are_counted() -> None:
    page, _ = page_of({f"{number}.wav": "one" for number in range(SHOWN + 2)}, {})
    assert "2 further utterances with errors not shown" in page.text
