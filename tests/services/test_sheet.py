"""The contact sheet: whole, self-contained, and safe whatever the names are."""

from __future__ import annotations

import base64
import stat

from hypothesis import given, settings
from hypothesis import strategies as st

from aima.services.sheet import SheetPerson, Sighting, sheet_html, write_sheet
from tests.pages import Page, assert_stands_for_itself


def person(label: str = "Ada", picture: bytes | None = b"jpeg", **sightings: Sighting) -> SheetPerson:
    film = Sighting("m1", "film.mp4", 60_000_000, ((15_000_000, 30_000_000), (45_000_000, 60_000_000)))
    return SheetPerson(label, "0f3c2a1b-0000-4000-8000-000000000000", picture, tuple(sightings.values()) or (film,))


def test_shows_name_picture_times_and_timeline() -> None:
    page = Page(sheet_html([person()]))
    assert "1 person in 1 medium" in page.text
    assert "Ada" in page.text
    assert "0:15.0\u20130:30.0, 0:45.0\u20131:00.0" in page.text
    assert ("src", f"data:image/jpeg;base64,{base64.b64encode(b'jpeg').decode()}") in page.attributes
    assert [v for n, v in page.attributes if n == "style"] == ["left:25.00%;width:25.00%", "left:75.00%;width:25.00%"]


def test_a_still_picture_has_no_timeline() -> None:
    page = Page(sheet_html([person(picture=None, still=Sighting("m1", "portrait.jpg", 0, ((0, 200_000),)))]))
    assert "picture" in page.text
    assert "rail" not in [v for n, v in page.attributes if n == "class"]
    assert "img" not in page.tags


def test_an_interval_beyond_the_end_stays_on_the_rail() -> None:
    late = Sighting("m1", "cut.mp4", 10_000_000, ((9_000_000, 12_000_000), (11_000_000, 12_000_000)))
    styles = [v for n, v in Page(sheet_html([person(late=late)])).attributes if n == "style"]
    assert styles == ["left:90.00%;width:10.00%", "left:100.00%;width:0.00%"]


def test_an_empty_archive_gives_an_empty_sheet() -> None:
    assert "0 persons in 0 media" in Page(sheet_html([])).text


def test_nothing_is_loaded_and_nothing_runs() -> None:
    assert_stands_for_itself(sheet_html([person(), person("Grace")]))


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.text(min_size=1), st.text(min_size=1))
def test_names_never_become_markup(label: str, medium: str) -> None:
    plain = Page(sheet_html([person("x", m=Sighting("m1", "y", 1_000_000, ((0, 1),)))]))
    page = Page(sheet_html([person(label, m=Sighting("m1", medium, 1_000_000, ((0, 1),)))]))
    assert page.tags == plain.tags
    assert len(page.attributes) == len(plain.attributes)


def test_markup_direction_marks_and_placeholders_are_shown_as_they_are() -> None:
    page = Page(sheet_html([person('<b onclick="x">$title</b>\u202egpj')]))
    assert '<b onclick="x">$title</b>\\u202egpj' in page.text


def test_writing_replaces_whole_and_is_private(tmp_path) -> None:
    target = tmp_path / "new" / "sheet.html"
    write_sheet([person()], target)
    write_sheet([person("Grace")], target, title="Second")
    assert "Grace" in target.read_text("utf-8")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [p.name for p in target.parent.iterdir()] == ["sheet.html"]
