"""Lanes of true and found speakers."""

from __future__ import annotations

from pathlib import Path

from aima.evaluation.answers import Sounds
from aima.evaluation.hearing import turns
from aima.evaluation.page.elements import render
from aima.evaluation.page.speakers import speakers_section
from aima.evaluation.scores.der import score_turns
from aima.evaluation.truth import Talk, TrueTurn, Truth
from tests.pages import Page
from tests.services.transcripts.made import hearing, turn


def page_of(heard: bool = True) -> Page:
    true = (TrueTurn(speaker="ann", start=0, end=4), TrueTurn(speaker="bob <b>", start=4, end=8))
    talk = Talk(name="talk", file="talk.wav", turns=true)
    found = hearing([], [turn(0, 0, 4), turn(1, 4, 5.5), turn(2, 6, 8)])
    sounds = Sounds(talks={"talk": found} if heard else {})
    scores = score_turns({"talk": talk}, {"talk": turns(found)} if heard else {})
    return Page(render(speakers_section(scores, Truth(Path(), talks={"talk": talk}), sounds)))


def test_each_true_speaker_stands_over_the_one_found() -> None:
    page = page_of()
    lanes = [word for word in page.words if word in {"ann", "bob <b>"} or "Speaker " in word]
    assert lanes == ["ann", "found: Speaker 1", "bob <b>", "found: Speaker 3", "Speaker 2 stands for nobody"]
    assert "3 speakers found for 2" in page.text
    assert page.values("class").count("stray") == 2  # in the legend and in its lane


def test_where_nobody_was_heard_the_truth_stands_alone() -> None:
    page = page_of(heard=False)
    assert "0 speakers found for 2, 100 % wrong" in page.text
    assert page.text.count("found: nobody") == 2
