"""Voices known again."""

from __future__ import annotations

import pytest

from aima.evaluation.scores.voices import score_voices
from aima.evaluation.truth import Pair

PAIRS = (Pair(a="a1", b="a2", same=1), Pair(a="a1", b="b", same=0), Pair(a="a1", b="c", same=0))
SPEAKERS = {"a": ("a1", "a2"), "b": ("b",)}


def test_similar_voices_and_groups_are_scored() -> None:
    groups = {"a1": "Voice 1", "a2": "Voice 1", "b": "Voice 2"}
    score = score_voices(PAIRS, (0.8, 0.1, None), (5.0, -3.0, None), 0.0, (SPEAKERS, groups))
    assert (score.auc, score.eer, score.unscored) == (1.0, 0.0, 1)
    assert (score.missed_at_join, score.wrong_at_join, score.bcubed_f1) == (0, 0, 1.0)


def test_the_histogram_holds_every_scored_pair() -> None:
    score = score_voices(PAIRS, (1.0, -1.0, None), (5.0, -5.0, None), 0.0, ({}, {}))
    assert (sum(score.histogram.same), sum(score.histogram.different)) == (1, 1)
    assert (score.histogram.same[-1], score.histogram.different[0]) == (1, 1)
    assert len(score.histogram.edges) == len(score.histogram.same) + 1


def test_files_without_a_voice_are_alone() -> None:
    score = score_voices((), (), (), 0.0, (SPEAKERS, {"a1": "Voice 1", "b": "Voice 1"}))
    assert score.auc is None
    assert score.groups is not None
    assert score.groups.missing == 1
    assert score.bcubed_f1 == pytest.approx(2 * (2 / 3) ** 2 / (4 / 3))


def test_without_speakers_there_are_no_groups() -> None:
    assert score_voices(PAIRS, (0.8, 0.1, 0.2), (5.0, -3.0, -1.0), 0.0, ({}, {})).bcubed_f1 is None
