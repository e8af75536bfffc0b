"""Texts never become markup, whatever they hold."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from aima.evaluation.page.elements import (
    element,
    figure,
    folded,
    moment,
    number,
    percent,
    remark,
    render,
    section,
    span,
    strip,
    table,
)
from tests.pages import Page


def test_texts_between_elements_keep_their_place() -> None:
    made = element("p", "one ", element("b", "two"), None, " three", " four")
    assert render(made) == "<p>one <b>two</b> three four</p>"


def test_attributes_are_named_as_in_html() -> None:
    made = element("text", class_="label", text_anchor="end", viewBox="0 0 1 1", x=2)
    assert render(made) == '<text class="label" text-anchor="end" viewBox="0 0 1 1" x="2"></text>'


@settings(deadline=None, derandomize=True, max_examples=80)
@given(st.text(), st.text())
def test_no_text_becomes_markup(words: str, value: str) -> None:
    page = Page(render(element("p", words, element("i", title=value), words)))
    assert page.tags == ["p", "i"]
    assert [name for name, _ in page.attributes] == ["title"]


def test_markup_control_and_direction_characters_are_shown() -> None:
    page = Page(render(element("p", "<b>\u202egpj\0", title='"><script>')))
    assert page.text == "<b>\\u202egpj\\x00"
    assert page.values("title") == ['"><script>']


def test_a_table_puts_numbers_to_the_right_and_says_what_is_not_known() -> None:
    page = Page(render(table(("clip", "F1", "n"), [("film", 0.5, 3), ("gap", None, 0)])))
    assert [word for word in page.words if word.strip()] == ["clip", "F1", "n", "film", "0.500", "3", "gap", "–", "0"]
    assert page.values("class") == ["wide", "plain"] + ["number"] * 4


def test_a_figure_without_a_picture_keeps_its_place() -> None:
    assert Page(render(figure(b"jpeg", "Ada"))).values("alt") == ["Ada"]
    empty = Page(render(figure(None, "Ada", "wrong")))
    assert "img" not in empty.tags
    assert empty.values("class") == ["wrong", "nobody"]
    assert empty.text == "Ada"


def test_parts_that_are_empty_are_left_out() -> None:
    assert strip([]) is None
    assert remark(None) is None
    assert remark("") is None


def test_sections_and_folded_parts_say_what_they_are() -> None:
    assert render(section("cuts", "Cuts", "Where.")).startswith('<section id="cuts"><h2>Cuts</h2>')
    assert Page(render(folded("more", opened=True))).attributes == [("open", "")]
    assert Page(render(folded("more"))).attributes == []


def test_figures_are_short() -> None:
    assert [number(0.12345), number(7), number(None)] == ["0.123", "7", "–"]
    assert [percent(0.0018), percent(1.0), percent(0.5), percent(0.0), percent(None)] == [
        "0.18 %", "100 %", "50 %", "0 %", "–",
    ]  # fmt: skip
    assert moment(61.25) == "1:01.2"
    assert span(0.0, 2.5) == "0:00.0–0:02.5"
