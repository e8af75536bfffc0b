"""The whole page: it stands for itself, keeps to its size, and survives whatever is missing."""

from __future__ import annotations

import base64
import re
import stat

import pytest

from aima.evaluation.answers import Answers
from aima.evaluation.page import page_html, write_page
from aima.evaluation.page.pictures import Album
from aima.evaluation.report import Cost
from aima.evaluation.scores.boxes import score_boxes
from aima.evaluation.scores.counts import score_counts
from aima.evaluation.scores.cuts import score_cuts
from aima.evaluation.scores.expressions import score_expressions
from aima.evaluation.scores.pairs import score_pairs
from aima.evaluation.scores.partition import score_partition
from aima.evaluation.scores.persons import score_clips
from aima.evaluation.truth import Expression, Pair, TrueBox, Truth
from aima.settings import Media
from tests.evaluation.page.making import (
    archive_with,
    clip,
    coloured_clip,
    film_answers,
    painted,
    pictured,
    report,
    sounds,
)
from tests.pages import Page, assert_stands_for_itself

EVIL = '"><img src=x onerror=alert(1)>&$look\u202e.jpg'
COST = Cost(kind="video", size="1x1", files=1, frames=1, faces=0.0, ms_per_frame={"decode": 1.0}, total=1.0)


def everything(folder, name: str = "face.jpg"):
    """A report of all parts about one film and one picture, with its answers and truth."""
    truth = Truth(
        folder,
        pairs=(Pair(a=name, b=name, same=1), Pair(a=name, b="other.jpg", same=0)),
        identities={"Ada": (name,), "Bo": ("other.jpg",)},
        boxes={name: (TrueBox(left=1, top=1, width=9, height=9),)},
        counts={name: 3},
        expressions=(Expression(file=name, emotion="contempt"),),
        clips={"film": clip()},
    )
    film = film_answers()
    answers = Answers(
        identities={name: "Person 1", "other.jpg": "Person 1"},
        persons=film.persons,
        cuts=film.cuts,
        seen={**film.seen, name: (pictured("Person 1"),)},
        failed={"gone.jpg": "media_missing"},
    )
    made = report(
        persons=score_clips(truth.clips, answers.persons),
        cuts=score_cuts(truth.clips, answers.cuts),
        faces=score_pairs(truth.pairs, (0.5, 0.4)),
        identities=score_partition(truth.identities, answers.identities),
        boxes=score_boxes(truth.boxes, {}),
        counts=score_counts(truth.counts, {}),
        emotion=score_expressions(truth.expressions, {}),
        failed={name: "damaged"},
        partial={"film.mp4": "cut short"},
        not_measured={"wer": "not asked for"},
        cost=(COST,),
    )
    return made, answers, truth


@pytest.fixture
def folder(tmp_path):
    painted(tmp_path / "data" / "face.jpg")
    painted(tmp_path / "data" / "other.jpg")
    coloured_clip(tmp_path / "data" / "film.mp4")
    return tmp_path / "data"


def html_of(
    tmp_path, folder, *, largest: int = 1_000_000, name: str = "face.jpg", crops: tuple[str, ...] = ("crop.jpg",)
):
    made, answers, truth = everything(folder, name)
    return page_html(made, answers, truth, Album(folder, archive_with(tmp_path / "archive", *crops), Media()), largest)


def test_every_part_has_its_section_and_its_link(tmp_path, folder) -> None:
    text = html_of(tmp_path, folder)
    assert_stands_for_itself(text)
    page = Page(text)
    sections = ["persons", "identities", "pairs", "boxes", "counts", "cuts", "expressions"]
    sections += ["cost", "failed", "partial", "missing"]
    assert [name for name in page.values("id") if not name.startswith(("clip", "hatch"))] == sections
    assert {f"#{name}" for name in sections} <= set(page.values("href"))


def sound_page(tmp_path, name: str = "a.wav") -> str:
    parts, answers, truth = sounds(name)
    album = Album(tmp_path, archive_with(tmp_path / "archive"), Media())
    return page_html(report(**parts), answers, truth, album)


def test_what_is_heard_has_its_sections_and_links(tmp_path) -> None:
    text = sound_page(tmp_path)
    assert_stands_for_itself(text)
    page = Page(text)
    sections = ["words", "speakers", "voices", "retrieval", "sound-cost"]
    assert [name for name in page.values("id") if name != "hatch"] == sections
    assert {f"#{name}" for name in sections} <= set(page.values("href"))


def test_names_of_sounds_never_become_markup(tmp_path) -> None:
    plain, evil = Page(sound_page(tmp_path)), Page(sound_page(tmp_path, EVIL))
    assert evil.tags == plain.tags


def test_a_report_without_any_part_is_a_page(tmp_path) -> None:
    album = Album(tmp_path, archive_with(tmp_path / "archive"), Media())
    text = page_html(report(), Answers(), Truth(tmp_path), album)
    assert_stands_for_itself(text)
    assert "section" not in Page(text).tags


def test_names_never_become_markup(tmp_path, folder) -> None:
    plain, evil = Page(html_of(tmp_path, folder, name="gone.jpg")), Page(html_of(tmp_path, folder, name=EVIL))
    assert evil.tags == plain.tags
    assert [name for name, _ in evil.attributes] == [name for name, _ in plain.attributes]
    assert '"><img src=x onerror=alert(1)>&$look\\u202e.jpg' in evil.text


def test_pictures_keep_to_their_size(tmp_path, folder) -> None:
    whole, small = html_of(tmp_path, folder), html_of(tmp_path, folder, largest=8_000)
    sizes = [sum(map(len, re.findall(r"base64,([^\"]*)", text))) for text in (whole, small)]
    assert sizes[0] > 8_000 >= sizes[1] > 0
    assert "left out to keep the page small" in Page(small).text
    assert "left out to keep the page small" not in Page(whole).text


def test_missing_crops_and_damaged_files_do_not_break_the_page(tmp_path, folder) -> None:
    for file in folder.iterdir():
        file.write_bytes(b"damaged")
    text = html_of(tmp_path, folder, crops=())
    assert_stands_for_itself(text)
    assert "img" not in Page(text).tags
    assert "missing or not readable" in Page(text).text


def test_pictures_are_pictures(tmp_path, folder) -> None:
    for data in re.findall(r"base64,([^\"]*)", html_of(tmp_path, folder)):
        assert base64.b64decode(data, validate=True)[:3] == b"\xff\xd8\xff"


def test_the_file_is_private_and_whole(tmp_path, folder) -> None:
    made, answers, truth = everything(folder)
    path = write_page(made, answers, truth, archive_with(tmp_path / "archive", "crop.jpg"), tmp_path / "out" / "r.html")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["r.html"]
    assert_stands_for_itself(path.read_text("utf-8"))


def test_limits_for_untrusted_files_hold_for_the_page_too(tmp_path, folder) -> None:
    made, answers, truth = everything(folder)
    archive = archive_with(tmp_path / "archive")
    path = write_page(made, answers, truth, archive, tmp_path / "r.html", Media(max_pixels=1000))
    assert "img" not in Page(path.read_text("utf-8")).tags
