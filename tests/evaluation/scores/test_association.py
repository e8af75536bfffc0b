"""Whose face speaks."""

from __future__ import annotations

from aima.evaluation.scores.association import score_association
from aima.evaluation.truth import Side, SpeakingClip

SIDES = (Side(id="left", x0=0, x1=100), Side(id="right", x0=100, x1=200))
LEFT, RIGHT = (10.0, 10.0, 50.0, 50.0), (120.0, 10.0, 50.0, 50.0)


def clip(file: str, speaks: str | None, kind: str = "side") -> SpeakingClip:
    return SpeakingClip(file=file, kind=kind, faces=SIDES, speaker_face=speaks)


def test_right_wrong_and_missed_are_counted_by_kind():
    clips = [clip("a", "left"), clip("b", "left"), clip("c", "right"), clip("d", None, "told"), clip("e", None, "told")]
    score = score_association(clips, {"a": LEFT, "b": RIGHT, "e": LEFT})
    assert (score.right, score.wrong, score.missed, score.of, score.share) == (2, 2, 1, 5, 0.4)
    assert {kind: one.model_dump() for kind, one in score.by_kind.items()} == {
        "side": {"right": 1, "wrong": 1, "missed": 1},
        "told": {"right": 1, "wrong": 1, "missed": 0},
    }
    assert [(one.file, one.true, one.found) for one in score.mistakes] == [
        ("b", "left", "right"),
        ("c", "right", None),
        ("e", None, "left"),
    ]


def test_a_face_where_none_is_labelled_is_wrong():
    score = score_association([clip("a", "left")], {"a": (400.0, 0.0, 10.0, 10.0)})
    assert (score.wrong, score.mistakes[0].found) == (1, "elsewhere")
