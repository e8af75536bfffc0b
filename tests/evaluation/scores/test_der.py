"""Time of speakers that is wrong."""

from __future__ import annotations

import pytest

from aima.evaluation.scores.der import COLLAR, score_turns
from aima.evaluation.truth import Talk, TrueTurn


def turns(*given: tuple[str, float, float]) -> tuple[TrueTurn, ...]:
    return tuple(TrueTurn(speaker=speaker, start=start, end=end) for speaker, start, end in given)


def talk(*given: tuple[str, float, float]) -> dict[str, Talk]:
    return {"talk": Talk(name="talk", file="talk.wav", turns=turns(*given))}


TWO = (("A", 0, 5), ("B", 5, 10))


def test_names_do_not_count() -> None:
    score = score_turns(talk(*TWO), {"talk": turns(("1", 0, 5), ("2", 5, 10))})
    assert (score.files, score.mean) == ({"talk": 0.0}, 0.0)
    assert score.figures["talk"].matched == {"1": "A", "2": "B"}


def test_one_speaker_for_two_confuses_half() -> None:
    figures = score_turns(talk(*TWO), {"talk": turns(("1", 0, 10))}).figures["talk"]
    assert figures.der == pytest.approx(0.5)
    assert (figures.missed, figures.false, figures.speakers, figures.found) == (0, 0, 2, 1)


def test_nobody_heard_misses_everything() -> None:
    score = score_turns(talk(*TWO), {})
    assert score.files["talk"] == 1.0
    assert score.figures["talk"].scored == pytest.approx(10 - 4 * COLLAR)


def test_two_at_once_count_twice() -> None:
    figures = score_turns(talk(("A", 0, 10), ("B", 4, 6)), {"talk": turns(("1", 0, 10))}).figures["talk"]
    assert figures.missed == pytest.approx(2 - 2 * COLLAR)


def test_what_lies_at_a_border_does_not_count() -> None:
    late = turns(("1", 0.2, 5.2), ("2", 5.2, 10.2))
    assert score_turns(talk(*TWO), {"talk": late}).files["talk"] == pytest.approx(0)
    assert score_turns(talk(*TWO), {"talk": turns(("1", 0.5, 5), ("2", 5, 10))}).files["talk"] > 0.02


def test_a_speaker_never_counts_twice_at_a_time() -> None:
    twice = (("A", 0, 6), ("A", 4, 10))
    figures = score_turns(talk(*twice), {"talk": turns(("1", 0, 10))}).figures["talk"]
    assert (figures.missed, figures.der) == (0, 0)


def test_silence_has_no_rate_and_does_not_weigh() -> None:
    talks = talk(*TWO) | {"silent": Talk(name="silent", file="silent.wav", turns=())}
    score = score_turns(talks, {"silent": turns(("1", 0, 3)), "talk": turns(("1", 0, 10))})
    assert score.files["silent"] is None
    assert score.figures["silent"].false == pytest.approx(3)
    assert score.mean == pytest.approx(0.5)
