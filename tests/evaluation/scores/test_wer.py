"""Words that are heard wrongly."""

from __future__ import annotations

import pytest

from aima.evaluation.scores.wer import SHOWN, comparable, score_words
from aima.evaluation.truth import Transcript


def said(file: str, text: str, language: str = "en", *, synthetic: bool = False) -> Transcript:
    return Transcript(file=file, language=language, text=text, synthetic=synthetic)


def test_how_it_is_written_does_not_count() -> None:
    assert comparable("Don\u2019t panic, it's e-mail No. 3!", "en") == [
        "dont",
        "panic",
        "its",
        "e",
        "mail",
        "no",
        "three",
    ]
    assert comparable("Straße 12, \ufb01nden", "de") == ["strasse", "zwölf", "finden"]
    assert comparable("13 3", "fr") == ["13", "3"]
    score = score_words([said("a", "Das ist die Straße Nummer 3", "de")], {"a": "das ist die strasse, nummer drei."})
    assert (score.de, score.en, score.wrong) == (0.0, None, ())


def test_each_kind_of_error_is_counted_and_shown() -> None:
    score = score_words([said("speech/en/a.wav", "a b c d")], {"speech/en/a.wav": "a x c d e"})
    figures = score.figures["en"]
    assert (figures.words, figures.substituted, figures.deleted, figures.inserted, figures.wer) == (4, 1, 0, 1, 0.5)
    (wrong,) = score.wrong
    assert [(piece.kind, piece.said, piece.heard) for piece in wrong.pieces] == [
        ("equal", "a", "a"),
        ("substitute", "b", "x"),
        ("equal", "c d", "c d"),
        ("insert", "", "e"),
    ]


def test_words_weigh_the_same_and_material_is_told_apart() -> None:
    truth = [
        said("speech/de/emodb/a.wav", "eins zwei drei", "de"),
        said("speech/de/b.wav", "vier", "de"),
        said("speech/de/c.wav", "fünf", "de", synthetic=True),
        said("video/grid/d.mpg", "six"),
    ]
    score = score_words(truth, {"speech/de/emodb/a.wav": "eins zwei drei", "speech/de/b.wav": "fier"})
    assert score.de == pytest.approx(2 / 5)
    assert score.groups == {"de/emodb": 0.0, "de/other": 1.0, "de/synthetic": 1.0, "en/grid": 1.0}
    assert (score.figures["de"].exact, score.figures["de"].missing, score.figures["de"].utterances) == (1, 1, 3)


def test_a_file_without_a_text_is_missing_and_silence_is_not() -> None:
    score = score_words([said("a", "one"), said("b", "two")], {"b": ""})
    assert [(one.file, one.missing, one.errors) for one in score.wrong] == [("a", True, 1), ("b", False, 1)]
    assert score.figures["en"].cer == 1.0


def test_nothing_said_has_no_rate() -> None:
    score = score_words([said("a", "...")], {"a": "well"})
    assert score.en is None
    assert score.wrong[0].errors == 1


def test_the_worst_are_shown_first_and_the_rest_counted() -> None:
    many = [said(f"{number:03}", "a b") for number in range(SHOWN + 5)]
    score = score_words(many, {one.file: "x y" if one.file == "050" else "a x" for one in many})
    assert score.wrong[0].file == "050"
    assert (len(score.wrong), score.hidden) == (SHOWN, 5)
