"""A lane per true person, below it who was found for it, then everybody else."""

from __future__ import annotations

from aima.evaluation.answers import Answers
from aima.evaluation.page.lanes import ClipView, lanes
from aima.evaluation.page.timeline import Bar
from aima.evaluation.scores.persons import score_clip
from tests.evaluation.page.making import clip, film_answers


def view(answers: Answers, **changes: object) -> ClipView:
    shown = clip(**changes)
    return ClipView.of(shown, score_clip(shown, answers.persons.get("film", {})), answers)


def test_everybody_has_a_lane() -> None:
    assert [lane.label.split(":")[0] for lane in lanes(view(film_answers()))] == [
        "Ada", "found as Person 1", "Bo", "Person 2 stands for nobody",
    ]  # fmt: skip


def test_required_and_optional_time_are_told_apart() -> None:
    ada, _, bo, _ = lanes(view(film_answers()))
    assert ada.bars == (Bar("required", 0.0, 2.0),)
    assert bo.bars == (Bar("optional", 2.0, 3.0),)
    assert bo.label == "Bo: need not be found"


def test_mistakes_stand_in_the_lanes_of_both_whom_they_concern() -> None:
    ada, first, _, second = lanes(view(film_answers()))
    assert ada.mistakes == second.mistakes == ((1.0, 1.8),)
    assert first.mistakes == ()


def test_somebody_who_is_not_found_has_no_second_lane() -> None:
    ada, bo = lanes(view(Answers()))
    assert (ada.label, ada.mistakes) == ("Ada: not found", ((0.0, 1.8),))
    assert bo.mistakes == ()


def test_time_in_which_further_faces_are_allowed_is_shown() -> None:
    *_, last = lanes(view(film_answers(), background_faces=((0.5, 1.0),)))
    assert (last.label, last.bars) == ("further faces are no mistake", (Bar("optional", 0.5, 1.0),))


def test_a_clip_with_nobody_has_no_lanes() -> None:
    assert lanes(view(Answers(), persons=())) == []


def test_the_reason_of_a_failed_clip_is_kept() -> None:
    assert view(Answers(failed={"film.mp4": "damaged"})).failed == "damaged"
    assert view(film_answers()).failed is None
