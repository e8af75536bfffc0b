from __future__ import annotations

import pytest

from aima.evaluation.scores.expressions import ExpressionScores, score_expressions
from aima.evaluation.truth import Expression


def labels(**emotions: str) -> list[Expression]:
    return [Expression(file=file, emotion=emotion) for file, emotion in emotions.items()]


FIVE = labels(a="anger", b="anger", c="anger", d="fear", e="contempt")


def test_rare_labels_weigh_as_much_as_frequent_ones_if_balanced() -> None:
    score = score_expressions(FIVE, {"a": "anger", "b": "anger", "c": "fear", "d": "fear", "e": "neutral"})
    assert score.items == 5
    assert score.accuracy == pytest.approx(3 / 5)
    assert score.balanced_accuracy == pytest.approx((2 / 3 + 1 + 0) / 3)


def test_labels_that_the_model_has_no_class_for_stand_apart() -> None:
    score = score_expressions(FIVE, {"a": "anger", "b": "anger", "c": "fear", "d": "fear", "e": "neutral"})
    assert (score.of_known.items, score.of_known.accuracy) == (4, 0.75)
    assert score.of_known.balanced_accuracy == pytest.approx((2 / 3 + 1) / 2)
    assert score.unknown == {"contempt": {"neutral": 1}}
    assert score_expressions(FIVE, {}, classes=("contempt",)).of_known.items == 1


def test_confusions_are_counted_and_named() -> None:
    score = score_expressions(FIVE, {"a": "anger", "b": "surprise", "c": "surprise", "d": "fear", "e": "fear"})
    assert score.confusion == {
        "anger": {"anger": 1, "surprise": 2},
        "contempt": {"fear": 1},
        "fear": {"fear": 1},
    }
    assert [(one.file, one.true, one.answered) for one in score.mistakes] == [
        ("b", "anger", "surprise"),
        ("c", "anger", "surprise"),
        ("e", "contempt", "fear"),
    ]


def test_a_file_without_answer_is_wrong() -> None:
    score = score_expressions(labels(a="anger", b="fear"), {"a": "anger"})
    assert (score.missing, score.accuracy) == (1, 0.5)
    assert score.confusion["fear"] == {"none": 1}


@pytest.mark.parametrize(("answer", "label"), [("Happy", "happiness"), ("calm", "neutral"), ("SADNESS", "sadness")])
def test_other_words_mean_the_same(answer: str, label: str) -> None:
    assert score_expressions(labels(a=label), {"a": answer}).accuracy == 1


def test_no_files_have_no_figures() -> None:
    score = score_expressions([], {"a": "anger"})
    assert (score.items, score.accuracy, score.of_known.balanced_accuracy) == (0, None, None)


def test_can_be_written_as_json() -> None:
    score = score_expressions(FIVE, {"a": "fear"})
    assert ExpressionScores.model_validate_json(score.model_dump_json()) == score
