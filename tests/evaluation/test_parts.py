"""Parts: which are asked for, which have labels, and which files they need."""

from __future__ import annotations

from pathlib import Path

import pytest

from aima.errors import SettingInvalid
from aima.evaluation.parts import PARTS, chosen_parts, labelled_parts, restricted
from aima.evaluation.truth import (
    Clip,
    Expression,
    Pair,
    Query,
    Side,
    SpeakingClip,
    Talk,
    Transcript,
    TrueBox,
    TrueTurn,
    Truth,
)

TRUTH = Truth(
    folder=Path("labelled"),
    pairs=(Pair(a="a.jpg", b="b.jpg", same=1),),
    identities={"one": ("c.jpg",)},
    boxes={"d.jpg": (TrueBox(left=0, top=0, width=5, height=5),)},
    counts={"e.jpg": 1},
    expressions=(Expression(file="f.jpg", emotion="fear"),),
    clips={
        "shown": Clip(name="shown", file="g.mp4", duration=1, persons=()),
        "shot": Clip(name="shot", file="h.mp4", duration=1, cuts=()),
    },
    transcripts=(Transcript(file="i.wav", language="de", text="ja"),),
    voice_pairs=(Pair(a="j.wav", b="k.wav", same=1),),
    speakers={"one": ("l.wav",)},
    talks={"talk": Talk(name="talk", file="m.wav", turns=(TrueTurn(speaker="a", start=0, end=1),))},
    queries=(Query(query="ja", files=("n.wav",)),),
    speaking=(SpeakingClip(file="o.mp4", faces=(Side(id="a", x0=0, x1=5),)),),
)


def test_nothing_chosen_is_everything():
    assert chosen_parts("") == set(PARTS)
    assert chosen_parts("cuts, boxes") == {"cuts", "boxes"}


def test_an_unknown_part_is_named():
    with pytest.raises(SettingInvalid, match="'sounds'"):
        chosen_parts("boxes,sounds")


def test_only_what_has_labels_can_be_measured():
    assert labelled_parts(TRUTH) == set(PARTS)
    assert labelled_parts(Truth(Path("x"), counts={"a.jpg": 1})) == {"counts"}
    assert labelled_parts(Truth(Path("x"), identities={"one": ()})) == set()
    silent = Truth(Path("x"), clips={"x": Clip(name="x", file="x.mp4", duration=1)})
    assert labelled_parts(silent) == set()


@pytest.mark.parametrize(
    ("part", "files"),
    [
        ("faces", ["a.jpg", "b.jpg"]),
        ("identities", ["c.jpg"]),
        ("boxes", ["d.jpg"]),
        ("counts", ["e.jpg"]),
        ("emotion", ["f.jpg"]),
        ("persons", ["g.mp4"]),
        ("cuts", ["h.mp4"]),
        ("degraded", []),
        ("wer", ["i.wav"]),
        ("voices", ["j.wav", "k.wav", "l.wav"]),
        ("der", ["m.wav"]),
        ("retrieval", ["n.wav"]),
        ("association", ["o.mp4"]),
    ],
)
def test_a_part_needs_only_its_files(part, files):
    assert restricted(TRUTH, frozenset({part})).files == files
