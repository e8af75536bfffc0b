from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from aima.evaluation.scores.cuts import score_cuts
from aima.evaluation.truth import Clip

times = st.lists(st.integers(0, 100).map(lambda tenths: tenths / 10), max_size=8)


def clip(*cuts: float) -> Clip:
    return Clip(name="c", file="c.mp4", duration=10.0, cuts=cuts)


def test_a_cut_within_a_quarter_of_a_second_is_found() -> None:
    score = score_cuts({"c": clip(1.0, 2.0, 3.0)}, {"c": (0.75, 2.26, 3.0, 8.0)})
    assert (score.true, score.predicted, score.hits) == (3, 4, 2)
    assert (score.precision, score.recall, score.f1) == (0.5, 2 / 3, 4 / 7)
    assert score.clips["c"].missed == (2.0,)
    assert score.clips["c"].false == (2.26, 8.0)


def test_a_cut_is_found_once() -> None:
    score = score_cuts({"c": clip(1.0)}, {"c": (0.9, 1.1)})
    assert (score.hits, score.clips["c"].false) == (1, (1.1,))


def test_the_order_of_answers_does_not_matter() -> None:
    assert score_cuts({"c": clip(5.0, 1.0)}, {"c": (5.0, 1.0)}).f1 == 1


def test_every_cut_weighs_the_same() -> None:
    clips = {"many": clip(1.0, 2.0, 3.0), "one": clip(1.0), "none": clip()}
    score = score_cuts(clips, {"many": (1.0, 2.0, 3.0)})
    assert (score.precision, score.recall, score.f1) == (1, 0.75, 6 / 7)
    assert score.clips["one"].f1 == 0


def test_a_clip_without_cuts_has_no_figures() -> None:
    score = score_cuts({"none": clip()}, {"none": ()})
    assert (score.precision, score.recall, score.f1) == (None, None, None)
    assert score.clips["none"].f1 is None
    assert score_cuts({"none": clip()}, {"none": (4.0,)}).f1 == 0


@given(times, times)
@settings(deadline=None, derandomize=True, max_examples=100)
def test_every_cut_is_a_hit_or_a_mistake(true: list[float], found: list[float]) -> None:
    score = score_cuts({"c": clip(*true)}, {"c": found}).clips["c"]
    assert score.hits + len(score.missed) == len(true)
    assert score.hits + len(score.false) == len(found)
    assert list(score.missed) == sorted(score.missed)
    assert list(score.false) == sorted(score.false)
