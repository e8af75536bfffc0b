"""An evaluation in words: what is heard has its figures and its table of talks."""

from __future__ import annotations

from aima.cli.evaluation_output import print_report
from aima.cli.evaluation_places import Written
from tests.evaluation.page.making import report, sounds


def test_what_is_heard_is_told(capsys):
    print_report(report(**sounds()[0]), Written())
    told = " ".join(capsys.readouterr().out.split())
    assert "word error rate: en 0.5000 2 words in 1 utterance, 0 exact" in told
    assert "diarization error rate: mean 0.5000 1 recording" in told
    assert "voice pairs: EER 0.0000 2 pairs, 0 unscored; AUC 1.0000" in told
    assert "voices: B-cubed F1" in told
    assert "said, found among three 0.0000 0 of 1 queries" in told
    assert "talk 0.5000 7.0 0.0 0.0 3.5 2 1" in told
    assert "speech 0.1250" in told


def test_nothing_is_told_of_what_was_not_measured(capsys):
    print_report(report(), Written())
    assert not {"word", "talk", "voices:"} & set(capsys.readouterr().out.split())
