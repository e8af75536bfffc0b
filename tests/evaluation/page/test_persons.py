"""Persons in clips: a row and a part for every clip, the worst first, mistakes with their times."""

from __future__ import annotations

from aima.evaluation.answers import Answers
from aima.evaluation.page.elements import render
from aima.evaluation.page.persons import persons_section
from aima.evaluation.report import Together
from aima.evaluation.scores.persons import score_clips
from aima.evaluation.truth import Clip, Truth
from tests.evaluation.page.making import album, clip, coloured_clip, film_answers
from tests.pages import Page


def page_of(tmp_path, answers: Answers, together: Together | None = None, **clips: Clip) -> Page:
    coloured_clip(tmp_path / "film.mp4")
    shown = clips or {"film": clip()}
    scores = score_clips(shown, answers.persons)
    truth = Truth(tmp_path, clips=shown)
    return Page(render(persons_section(scores, together, truth, answers, album(tmp_path, "crop.jpg"))))


def test_a_mistake_appears_with_its_times_and_persons(tmp_path) -> None:
    page = page_of(tmp_path, film_answers())
    cells = [word for word in page.words if word.strip()]
    at = cells.index("swapped")
    assert cells[at : at + 5] == ["swapped", "0:01.0–0:01.8", "0.8 s", "Ada", "Person 2"]
    assert "open" in [name for name, _ in page.attributes]


def test_a_clip_without_mistakes_stays_folded(tmp_path) -> None:
    page = page_of(tmp_path, Answers(persons={"film": {"Person 1": ((0.0, 2.0),)}}))
    assert "Nothing is wrong." in page.text
    assert "open" not in [name for name, _ in page.attributes]


def test_the_worst_clip_stands_first_and_every_row_leads_to_its_clip(tmp_path) -> None:
    empty = clip(name="empty", persons=())
    answers = Answers(persons={"film": {"Person 1": ((0.0, 2.0),)}, "empty": {"Person 1": ((0.0, 3.0),)}})
    page = page_of(tmp_path, answers, film=clip(), empty=empty)
    links = [value for value in page.values("href") if value.startswith("#clip")]
    assert links == ["#clip-0", "#clip-1"]
    assert [f"#{name}" for name in page.values("id") if name.startswith("clip")] == links
    worst = page.text.index("empty: nobody must be found, 1 false person, 1 stretch wrong")
    assert worst < page.text.index("film: F1 1.000")


def test_clips_stand_by_what_is_wrong_and_not_by_name(tmp_path) -> None:
    right, bad = ((0.0, 2.0),), ((0.0, 0.5),)
    false = ((0.0, 1.0), (2.0, 3.0))
    clips = {"a": clip(name="a"), "b": clip(name="b"), "c": clip(name="c", persons=())}
    answers = Answers(persons={"a": {"Person 1": right}, "b": {"Person 1": bad}, "c": {"P": false, "Q": false}})
    page = page_of(tmp_path, answers, **clips)
    rows = [word for word in page.words if word in clips]
    assert rows[:3] == ["c", "b", "a"]


def test_the_figure_with_all_others_stands_beside(tmp_path) -> None:
    together = Together(mean_f1=0.25, false_persons=0, clips={"film": 0.25})
    assert "0.250" in page_of(tmp_path, film_answers(), together).text


def test_a_failed_clip_says_why(tmp_path) -> None:
    page = page_of(tmp_path, Answers(failed={"film.mp4": "the file is empty"}))
    assert "It was not analysed: the file is empty" in page.text
    assert "Ada: not found" in page.text
