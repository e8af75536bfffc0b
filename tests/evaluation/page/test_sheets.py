"""Faces of found persons in the order of time, and frames of the stretches that are wrong."""

from __future__ import annotations

from dataclasses import replace

from aima.evaluation.answers import Answers
from aima.evaluation.page.elements import element, render
from aima.evaluation.page.lanes import ClipView
from aima.evaluation.page.sheets import CROPS, FRAMES, found_faces, wrong_frames
from aima.evaluation.scores.persons import Mistake, score_clip
from tests.evaluation.page.making import album, clip, coloured_clip, film_answers, seen
from tests.pages import Page


def view(answers: Answers) -> ClipView:
    return ClipView.of(clip(), score_clip(clip(), answers.persons["film"]), answers)


def page_of(parts) -> Page:
    return Page(render(element("div", *parts)))


def test_each_found_person_has_its_faces_and_says_who_it_is(tmp_path) -> None:
    page = page_of(found_faces(view(film_answers()), album(tmp_path, "crop.jpg")))
    for words in (
        "Person 1 is Ada – left, with a hat 1 track",
        "Person 2 stands for nobody 1 track",
        "Faces of nobody 1 track",
        "0:00.0–0:01.0",
    ):
        assert words in page.text
    assert page.tags.count("img") == 3


def test_a_face_that_should_not_be_there_is_red(tmp_path) -> None:
    page = page_of(found_faces(view(film_answers()), album(tmp_path, "crop.jpg")))
    assert page.values("class").count("wrong") == 0  # its middle lies in time that is nobody's mistake
    answers = replace(film_answers(), seen={"film.mp4": (seen("Person 2", 1.0, 1.6),)})
    assert page_of(found_faces(view(answers), album(tmp_path, "crop.jpg"))).values("class").count("wrong") == 1


def test_of_many_tracks_some_are_shown_from_first_to_last(tmp_path) -> None:
    tracks = tuple(seen("Person 1", at / 10, at / 10 + 0.05) for at in range(30))
    page = page_of(found_faces(view(replace(film_answers(), seen={"film.mp4": tracks})), album(tmp_path, "crop.jpg")))
    assert page.tags.count("img") == CROPS
    assert "30 tracks" in page.text
    assert "0:00.0–" in page.text
    assert "0:02.9–" in page.text


def test_a_missing_crop_leaves_an_empty_frame(tmp_path) -> None:
    page = page_of(found_faces(view(film_answers()), album(tmp_path)))
    assert "img" not in page.tags
    assert page.values("class").count("nobody") == 3


def test_frames_of_mistakes_say_who_and_when(tmp_path) -> None:
    coloured_clip(tmp_path / "film.mp4")
    page = page_of(wrong_frames(view(film_answers()), album(tmp_path)))
    assert "0:01.0–0:01.8 Ada is taken for Person 2" in page.text
    assert page.tags.count("img") == 1
    assert "swapped" in page.values("class")


def test_frames_of_a_damaged_clip_are_empty(tmp_path) -> None:
    (tmp_path / "film.mp4").write_bytes(b"no film")
    pictures = album(tmp_path)
    page = page_of(wrong_frames(view(film_answers()), pictures))
    assert "img" not in page.tags
    assert "Ada is taken for Person 2" in page.text
    assert pictures.note().startswith("1 picture missing or not readable (film.mp4: ")


def test_only_the_longest_mistakes_have_a_frame_in_the_order_of_time(tmp_path) -> None:
    coloured_clip(tmp_path / "film.mp4")
    many = tuple(
        Mistake(kind="false", person=None, predicted="P", start=at / 20, end=at / 20 + (0.01 if at == 7 else 0.04))
        for at in range(FRAMES + 1)
    )
    shown = view(film_answers())
    shown = replace(shown, score=shown.score.model_copy(update={"mistakes": many}))
    page = page_of(wrong_frames(shown, album(tmp_path)))
    assert page.values("class").count("false") == FRAMES
    assert "1 shorter stretch without a frame here" in page.text
    assert [c for c in page.words if "P is not there" in c] == sorted(c for c in page.words if "P is not there" in c)


def test_nothing_wrong_needs_no_frames(tmp_path) -> None:
    right = replace(film_answers(), persons={"film": {"Person 1": ((0.0, 2.0),)}})
    assert list(wrong_frames(view(right), album(tmp_path))) == []
