"""Voices: curves of same and different pairs, the worst of them, and groups."""

from __future__ import annotations

from aima.evaluation.page.elements import render
from aima.evaluation.page.voices import voices_section
from aima.evaluation.scores.voices import score_voices
from aima.evaluation.truth import Pair
from tests.pages import Page

PAIRS = (Pair(a="a1.wav", b="a2.wav", same=1), Pair(a="a1.wav", b="b.wav", same=0))
SPEAKERS = {"ann": ("a1.wav", "a2.wav"), "bob": ("b.wav",)}


def page_of(similarities: tuple[float | None, ...], groups: dict[str, str]) -> Page:
    odds = tuple(None if one is None else 10 * one for one in similarities)
    return Page(render(voices_section(score_voices(PAIRS, similarities, odds, 0.0, (SPEAKERS, groups)))))


def test_two_curves_and_the_worst_pairs() -> None:
    page = page_of((0.8, 0.1), {"a1.wav": "Voice 1", "a2.wav": "Voice 1", "b.wav": "Voice 2"})
    assert page.tags.count("polyline") == 2
    assert "2 pairs, 0 without a similarity: AUC 1.000" in page.text
    assert "same voice at 0.825: 1.000" in page.text
    assert "F1 1.000" in page.text


def test_mixed_and_split_voices_are_told_with_their_files() -> None:
    page = page_of((0.2, 0.7), {"a1.wav": "Voice 1", "a2.wav": "Voice 2", "b.wav": "Voice 1"})
    assert "Voice 1 mixes ann and bob" in page.text
    assert "ann is not whole" in page.text


def test_without_similarities_there_is_no_curve() -> None:
    page = page_of((None, None), {})
    assert "svg" not in page.tags
    assert "3 without a voice" in page.text
