"""Predictions: the formats of the independent scorer, whole or not at all, and never over something else."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aima.errors import OutputRefused
from aima.evaluation.answers import Answers
from aima.evaluation.predictions import check_replaceable, write_predictions
from aima.evaluation.report import Report, Seconds
from aima.evaluation.run import Evaluation
from aima.evaluation.scores.boxes import score_boxes
from aima.evaluation.scores.cuts import score_cuts
from aima.evaluation.scores.pairs import score_pairs
from aima.evaluation.scores.persons import score_clips
from aima.evaluation.truth import Clip, Pair, TrueBox, Truth

CLIPS = {name: Clip(name=name, file=f"{name}.mp4", duration=4, persons=(), cuts=(2.0,)) for name in ("seen", "lost")}
TRUTH = Truth(
    folder=Path("labelled"),
    pairs=(Pair(a="a.jpg", b="b.jpg", same=1), Pair(a="a.jpg", b="c.jpg", same=0)),
    boxes={"a.jpg": (TrueBox(left=1, top=2, width=3, height=4),)},
    clips=CLIPS,
)
ANSWERS = Answers(
    pairs=(0.75, None),
    boxes={"a.jpg": ((1.0, 2.0, 3.0, 4.0),)},
    persons={"seen": {"Person 1": ((0.0, 1.5), (2.0, 4.0))}},
    cuts={"seen": (2.04,)},
)


def report(**parts: object) -> Report:
    return Report(
        folder="labelled",
        made_at=datetime(2026, 1, 2, tzinfo=UTC),
        version="0",
        models={},
        analyzers={},
        thresholds={},
        not_measured={},
        failed={},
        partial={},
        cost=(),
        seconds=Seconds(wall=1, cpu=1),
        **parts,
    )


@pytest.fixture
def evaluation() -> Evaluation:
    whole = report(
        faces=score_pairs(TRUTH.pairs, ANSWERS.pairs),
        boxes=score_boxes(TRUTH.boxes, ANSWERS.boxes),
        persons=score_clips(TRUTH.clips, ANSWERS.persons),
        cuts=score_cuts(TRUTH.clips, ANSWERS.cuts),
    )
    return Evaluation(whole, ANSWERS, TRUTH)


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_measured_parts_are_there_in_the_formats_of_the_scorer(evaluation, tmp_path):
    folder = write_predictions(evaluation, tmp_path / "deep" / "out")
    parts = {name: json.loads((folder / name).read_text()) for name in names(folder)}
    assert parts["faces.json"] == [0.75, None]
    assert parts["boxes.json"] == {"a.jpg": [{"left": 1.0, "top": 2.0, "width": 3.0, "height": 4.0}]}
    assert parts["persons/seen.json"] == {"persons": [{"id": "Person 1", "intervals": [[0.0, 1.5], [2.0, 4.0]]}]}
    assert parts["cuts/seen.json"] == {"cuts": [2.04]}
    assert parts["persons/lost.json"] == {"persons": []}
    assert parts["cuts/lost.json"] == {"cuts": []}
    assert "emotion.json" not in parts


def test_an_earlier_folder_is_replaced_whole(evaluation, tmp_path):
    folder = write_predictions(evaluation, tmp_path / "out")
    smaller = replace(evaluation, report=report(boxes=evaluation.report.boxes))
    write_predictions(smaller, folder)
    assert names(folder) == {"boxes.json", "predictions.json"}
    assert list(tmp_path.iterdir()) == [folder]


def test_an_empty_folder_may_be_used(evaluation, tmp_path):
    (tmp_path / "out").mkdir()
    assert "faces.json" in names(write_predictions(evaluation, tmp_path / "out"))


@pytest.mark.parametrize("is_folder", [True, False])
def test_something_else_is_never_replaced(evaluation, tmp_path, is_folder):
    target = tmp_path / "out"
    kept = target / "letter.txt" if is_folder else target
    kept.parent.mkdir(exist_ok=True)
    kept.write_text("mine")
    with pytest.raises(OutputRefused, match="holds no predictions"):
        check_replaceable(target)
    with pytest.raises(OutputRefused):
        write_predictions(evaluation, target)
    assert kept.read_text() == "mine"


def test_what_cannot_be_written_leaves_nothing(evaluation, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputRefused, match="file"):
        write_predictions(evaluation, tmp_path / "file" / "out")
    bad = replace(ANSWERS, cuts={"seen": (object(),)})  # type: ignore[dict-item]
    with pytest.raises(TypeError):
        write_predictions(replace(evaluation, answers=bad), tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
