"""Figures of single models out of a report."""

import pytest

from aima.evaluation.degraded import DegradedReport, VariantScore
from aima.evaluation.figures import ALIKE, likeness_figures, reported
from aima.evaluation.report import Cost
from aima.evaluation.scores.boxes import score_boxes
from aima.evaluation.scores.counts import score_counts
from aima.evaluation.scores.der import score_turns
from aima.evaluation.scores.expressions import score_expressions
from aima.evaluation.scores.voices import score_voices
from aima.evaluation.scores.wer import score_words
from aima.evaluation.truth import Expression, Pair, Talk, Transcript, TrueBox, TrueTurn
from tests.evaluation.page.making import report


def variant(name, group, **changes):
    given = {
        "name": name, "group": group, "strength": 0, "unit": "", "photos": 4, "found": 0.75, "with_vector": 0.5,
        "pairs": 12, "auc": 1.0, "eer": 0.25, "same_pairs": 8, "missed_at_join": 2, "different_pairs": 10,
        "wrong_at_join": 0, "wrong_pairs": (), "bcubed_f1": 0.9, "mixed": (),
    }  # fmt: skip
    return VariantScore(**(given | changes))


def degraded(*variants):
    return DegradedReport(
        photos=4, persons=2, model="m@1", join=0.0, variants=variants, unreadable={}, cpu_s=1.0
    )  # fmt: skip


def by_name(figures):
    return {(figure.name, figure.under): figure for figure in figures}


def test_the_detector_answers_for_boxes_counts_and_time():
    box = TrueBox(left=0, top=0, width=10, height=10)
    cost = Cost(
        kind="video", size="640x360", files=1, frames=50, faces=2.0, ms_per_frame={"face_detector": 41.0}, total=60.0
    )
    said = by_name(
        reported(
            "face_detection",
            report(
                boxes=score_boxes({"a": [box], "b": [box]}, {"a": [(0, 0, 10, 10)]}),
                counts=score_counts({"a": 1, "b": 3}, {"a": 1}),
                cost=(cost,),
            ),
        )
    )
    assert said["recall of boxes", ""].value == 0.5
    assert said["recall of boxes", ""].n == 2
    assert said["precision of boxes", ""].value == 1.0
    assert said["mean absolute error of counts", ""].value == 1.5
    assert (said["CPU per frame", "videos 640x360"].value, said["CPU per frame", "videos 640x360"].n) == (41.0, 50)


def test_degraded_copies_are_conditions_and_pictures_as_taken_are_none():
    shown = degraded(variant("as taken", "as taken"), variant("20 px", "size"))
    found = reported("face_detection", report(degraded=shown))
    assert [(figure.under, figure.value, figure.n) for figure in found] == [("20 px", 0.75, 4)]
    known = by_name(reported("face_embedding", report(degraded=shown)))
    assert {under for _, under in known} == {"20 px"}
    assert known["same person, not joined", "20 px"].value == 0.25
    assert known["portraits with a vector", "20 px"].n == 4
    assert known["different persons, joined", "20 px"].value == 0.0


def test_figures_of_pairs_say_of_how_many_pairs():
    known = {figure.name: figure for figure in likeness_figures(variant("as taken", "as taken"), ALIKE)}
    of = {name: (figure.n, figure.of) for name, figure in known.items()}
    assert of["area under the ROC curve of labelled pairs"] == (12, "pairs")
    assert of["equal error rate of labelled pairs"] == (12, "pairs")
    assert of["B-cubed F1 of the persons found"] == (4, "portraits")


def test_what_cannot_be_divided_is_left_out():
    empty = degraded(variant("20 px", "size", auc=None, eer=None, same_pairs=0, different_pairs=0))
    names = [figure.name for figure in reported("face_embedding", report(degraded=empty))]
    assert names == ["portraits with a vector"]
    nobody = degraded(
        variant(
            "20 px", "size", photos=0, found=None, with_vector=None, auc=None, eer=None, same_pairs=0, different_pairs=0
        )
    )
    assert reported("face_embedding", report(degraded=nobody)) == ()
    assert reported("face_detection", report(degraded=nobody)) == ()


def test_expressions_are_told_with_and_without_labels_that_the_model_lacks():
    labels = {"a": "fear", "b": "fear", "c": "anger", "d": "contempt"}
    scores = score_expressions(
        [Expression(file=file, emotion=emotion) for file, emotion in labels.items()],
        {"a": "fear", "b": "anger", "c": "anger", "d": "neutral"},
    )
    said = by_name(reported("face_expression", report(emotion=scores)))
    assert said["balanced accuracy", "labels that the model knows"].value == pytest.approx(0.75)
    assert said["balanced accuracy", "labels that the model knows"].n == 3
    assert said["balanced accuracy", "all labels"].value == pytest.approx(0.5)
    assert said["recall", "fear"].value == 0.5
    assert ("recall", "contempt") not in said


def test_what_was_not_measured_has_no_figures():
    for task in ("face_detection", "face_embedding", "face_expression", "mouth_landmarks", "other"):
        assert reported(task, report()) == ()


def test_models_of_sound_answer_for_what_they_do_and_for_their_time():
    said = (Transcript(file="de/a.wav", language="de", text="eins zwei"),)
    talk = Talk(name="talk", file="t.wav", turns=(TrueTurn(speaker="a", start=0, end=10),))
    pairs = (Pair(a="a", b="b", same=1), Pair(a="a", b="c", same=0))
    whole = report(
        wer=score_words(said, {"de/a.wav": "eins drei"}),
        der=score_turns({"talk": talk}, {}),
        voices=score_voices(pairs, (0.9, 0.1), (5.0, -5.0), 0.0, ({"a": ("a", "b")}, {"a": "1", "b": "1"})),
        sound_cpu_per_second={"total": 0.2, "speech": 0.1, "speaker_turns": 0.05, "voice_activity": 0.01},
        sound_seconds=100.4,
    )
    words = by_name(reported("speech_recognition", whole))
    assert words["word error rate", "de"].value == words["word error rate", "de/other"].value == 0.5
    assert (words["CPU per second of sound", ""].value, words["CPU per second of sound", ""].n) == (100.0, 100)
    turns = by_name(reported("speaker_turns", whole))
    assert turns["diarization error rate", "talk"].value == 1.0
    voices = by_name(reported("speaker_embedding", whole))
    assert voices["equal error rate of labelled pairs", ""].value == 0.0
    assert voices["B-cubed F1 of the voices found", ""].n == 2
    assert [figure.value for figure in reported("voice_activity", whole)] == [10.0]
    assert reported("sound_events", whole) == ()
