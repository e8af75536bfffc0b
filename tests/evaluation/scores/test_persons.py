from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.evaluation.answers import Persons
from aima.evaluation.scores.persons import ClipScore, score_clip, score_clips
from aima.evaluation.scores.presence import STEP, compare
from aima.evaluation.truth import Clip, TruePerson

TWO = Clip(
    name="two",
    file="two.mp4",
    duration=10.0,
    persons=(TruePerson(id="a", required=((0.0, 6.0),)), TruePerson(id="b", required=((6.0, 10.0),))),
)
"""The collar at 6 s leaves 58 cells of a and 38 of b that count."""
RIGHT: Persons = {"1": ((0.0, 6.0),), "2": ((6.0, 10.0),)}
FACELESS = Clip(name="faceless", file="faceless.mp4", duration=10.0, background_faces=((0.0, 5.0),))

times = st.integers(0, 80).map(lambda tenths: tenths / 10)
intervals = st.lists(st.tuples(times, times).map(lambda pair: (min(pair), max(pair))), max_size=3).map(tuple)
people = st.lists(st.tuples(intervals, intervals), max_size=3)
answers = st.dictionaries(st.sampled_from("1234"), intervals)


def mistakes(score: ClipScore) -> list[tuple[str, str | None, str | None, float, float]]:
    return [(one.kind, one.person, one.predicted, one.start, one.end) for one in score.mistakes]


def test_what_is_right_has_no_mistakes() -> None:
    score = score_clip(TWO, RIGHT)
    assert (score.f1, score.precision, score.recall, score.purity, score.coverage) == (1, 1, 1, 1, 1)
    assert (score.persons_true, score.persons_predicted, score.persons_counted, score.false_persons) == (2, 2, 2, 0)
    assert {name: match.predicted for name, match in score.by_person.items()} == {"a": "1", "b": "2"}
    assert score.mistakes == ()


def test_two_taken_for_one_are_one_right_and_the_other_swapped() -> None:
    score = score_clip(TWO, {"1": ((0.0, 10.0),)})
    assert score.f1 == pytest.approx(58 / 96)
    assert score.purity == pytest.approx(58 / 96)
    assert score.coverage == 1
    assert score.by_person["a"].f1 == pytest.approx(116 / (116 + 38))
    assert (score.by_person["b"].predicted, score.by_person["b"].f1) == (None, 0)
    assert mistakes(score) == [("swapped", "b", "1", 6.2, 10.0)]


def test_one_taken_for_two_is_a_false_person() -> None:
    score = score_clip(TWO, {"1": ((0.0, 4.0),), "2": ((4.0, 6.0),), "3": ((6.0, 10.0),)})
    assert score.precision == pytest.approx(78 / 96)
    assert score.recall == pytest.approx(78 / 96)
    assert score.purity == 1
    assert score.coverage == pytest.approx(78 / 96)
    assert (score.persons_counted, score.false_persons) == (3, 1)
    assert mistakes(score) == [("swapped", "a", "2", 4.0, 5.8)]


def test_who_is_not_found_is_missed() -> None:
    score = score_clip(TWO, {})
    assert (score.f1, score.precision, score.recall) == (0, None, 0)
    assert mistakes(score) == [("missed", "a", None, 0.0, 5.8), ("missed", "b", None, 6.2, 10.0)]


def test_who_is_not_there_is_false() -> None:
    score = score_clip(TWO, RIGHT | {"3": ((1.0, 3.0),)})
    assert score.precision == pytest.approx(96 / 116)
    assert score.false_persons == 1
    assert mistakes(score) == [("false", None, "3", 1.0, 3.0)]


def test_a_glimpse_is_wrong_but_no_person() -> None:
    score = score_clip(TWO, RIGHT | {"3": ((1.0, 1.9),)})
    assert (score.persons_predicted, score.persons_counted, score.false_persons) == (3, 2, 0)
    assert score.precision == pytest.approx(96 / 105)


def test_optional_time_is_neither_missed_nor_false() -> None:
    person = TruePerson(id="a", required=((0.0, 4.0),), optional=((4.0, 8.0),))
    clip = Clip(name="c", file="c.mp4", duration=10.0, persons=(person,))
    assert score_clip(clip, {"1": ((0.0, 4.0),)}).f1 == 1
    assert score_clip(clip, {"1": ((0.0, 8.0),)}).f1 == 1
    assert score_clip(clip, {"1": ((0.0, 4.0),), "2": ((4.0, 8.0),)}).false_persons == 0


def test_background_faces_excuse_further_persons() -> None:
    excused = score_clip(FACELESS, {"1": ((0.0, 5.0),)})
    assert (excused.persons_counted, excused.false_persons, excused.mistakes) == (0, 0, ())
    late = score_clip(FACELESS, {"1": ((4.0, 7.0),)})
    assert (late.f1, late.false_persons) == (None, 1)
    assert mistakes(late) == [("false", None, "1", 5.0, 7.0)]


def test_the_mean_leaves_out_clips_where_nobody_must_be_found() -> None:
    found = {"two": {"1": ((0.0, 10.0),)}, "faceless": {"1": ((5.0, 9.0),)}}
    scores = score_clips({"two": TWO, "faceless": FACELESS}, found)
    assert scores.mean_f1 == pytest.approx(58 / 96)
    assert scores.false_persons == 1
    assert scores.clips["faceless"].f1 is None


@pytest.mark.parametrize("moment", [(1.06, 1.14), (1.0, 1.3)])
def test_a_moment_that_covers_no_cell_or_is_all_collar_must_not_be_found(moment: tuple[float, float]) -> None:
    clip = Clip(name="c", file="c.mp4", duration=10.0, persons=(TruePerson(id="a", required=(moment,)),))
    scores = score_clips({"two": TWO, "c": clip}, {"two": RIGHT, "c": {"1": ((4.0, 6.0),)}})
    assert scores.clips["c"].f1 is None
    assert (scores.mean_f1, scores.false_persons) == (1.0, 1)


def test_in_a_clip_that_failed_nobody_was_found() -> None:
    scores = score_clips({"two": TWO, "other": TWO}, {"two": RIGHT})
    assert scores.mean_f1 == 0.5
    assert scores.clips["other"].recall == 0


def test_without_persons_there_is_no_mean() -> None:
    assert score_clips({"faceless": FACELESS}, {}).mean_f1 is None


@given(people, intervals, answers)
@settings(deadline=None, derandomize=True, max_examples=100)
def test_mistakes_are_all_the_time_that_lowers_the_figures(
    labels: list[tuple[tuple[tuple[float, float], ...], tuple[tuple[float, float], ...]]],
    background: tuple[tuple[float, float], ...],
    found: dict[str, tuple[tuple[float, float], ...]],
) -> None:
    persons = tuple(TruePerson(id=str(n), required=must, optional=may) for n, (must, may) in enumerate(labels))
    clip = Clip(name="c", file="c.mp4", duration=8.0, persons=persons, background_faces=background)
    score, seen = score_clip(clip, found), compare(clip, found)
    lasting = dict.fromkeys(("missed", "false", "swapped"), 0.0)
    for one in score.mistakes:
        lasting[one.kind] += one.end - one.start
    assert lasting["missed"] + lasting["swapped"] == pytest.approx(seen.missed.sum() * STEP)
    assert lasting["false"] + lasting["swapped"] == pytest.approx(seen.false.sum() * STEP)
    assert ClipScore.model_validate_json(score.model_dump_json()) == score
