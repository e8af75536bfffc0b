"""An evaluation of files that are not there: everything is missed, nothing is hidden, nothing breaks."""

from __future__ import annotations

from pathlib import Path

import pytest

from aima.bootstrap.evaluation import open_workspace
from aima.evaluation.parts import PARTS
from aima.evaluation.run import Evaluation, evaluate
from aima.evaluation.truth import Clip, Expression, Pair, TrueBox, TruePerson, Truth
from aima.settings import Settings, Stores
from tests.media_made import write_clip


@pytest.fixture(scope="module")
def user(settings, server_url) -> Settings:
    return settings.model_copy(update={"stores": Stores(postgres=server_url)})


def measured(user: Settings, truth: Truth, *parts: str) -> Evaluation:
    with open_workspace(user) as workspace:
        return evaluate(workspace, truth, frozenset(parts or PARTS))


@pytest.fixture(scope="module")
def lost(user) -> Evaluation:
    truth = Truth(
        folder=Path("nowhere"),
        pairs=(Pair(a="a.jpg", b="b.jpg", same=1), Pair(a="a.jpg", b="c.jpg", same=0)),
        identities={"one": ("a.jpg", "b.jpg"), "other": ("c.jpg",)},
        boxes={"a.jpg": (TrueBox(left=0, top=0, width=10, height=10),)},
        counts={"a.jpg": 1, "c.jpg": 2},
        clips={
            "film": Clip(
                name="film",
                file="film.mp4",
                duration=4,
                persons=(TruePerson(id="one", required=((0.0, 4.0),)),),
                cuts=(2.0,),
            )
        },
    )
    return measured(user, truth)


def test_everything_is_missed(lost):
    report = lost.report
    assert (report.faces.unscored, report.faces.auc) == (2, 0.5)
    assert (report.identities.missing, report.identities.bcubed_recall) == (3, pytest.approx(2 / 3))
    assert (report.boxes.f1, report.counts.mae, report.cuts.f1) == (0.0, 1.5, 0.0)
    assert report.persons.mean_f1 == report.together.mean_f1 == 0.0
    assert report.persons.false_persons == 0


def test_every_file_is_told_with_its_reason(lost):
    assert set(lost.report.failed) == {"a.jpg", "b.jpg", "c.jpg", "film.mp4"}
    assert all(reason.startswith("media_missing: ") for reason in lost.report.failed.values())
    assert set(lost.report.degraded.unreadable) == {"a.jpg", "b.jpg", "c.jpg"}
    assert lost.report.cost == ()


def test_what_has_no_labels_is_told_apart_from_what_was_not_asked_for(lost, user):
    assert lost.report.not_measured["emotion"] == "the folder has no labels for it"
    assert lost.report.emotion is None
    truth = Truth(Path("nowhere"), counts={"a.jpg": 1}, expressions=(Expression(file="a.jpg", emotion="fear"),))
    report = measured(user, truth, "emotion", "boxes").report
    assert report.not_measured["counts"] == "not asked for"
    assert report.not_measured["boxes"] == "the folder has no labels for it"
    assert report.emotion.missing == 1


def test_says_what_it_was_made_with(lost, user):
    report = lost.report
    assert report.purpose == "evaluation"
    assert set(report.models) == {"face_detection", "face_embedding", "face_expression", "mouth_landmarks"}
    assert all("@" in version for version in report.models.values())
    assert report.thresholds == {"join": user.identity.join, "review": user.identity.review}
    assert report.seconds.cpu > 0
    assert type(report).model_validate_json(report.model_dump_json()) == report


def test_paths_at_which_no_file_can_be_are_told_and_break_nothing(user, tmp_path):
    (tmp_path / "folder.jpg").mkdir()
    (tmp_path / "loop.jpg").symlink_to("loop.jpg")
    truth = Truth(tmp_path, counts=dict.fromkeys(("folder.jpg", "loop.jpg", "x" * 300), 0))
    assert measured(user, truth, "counts").report.failed == {
        "folder.jpg": "media_missing: folder.jpg is no file",
        "loop.jpg": "media_missing: loop.jpg cannot be reached: Too many levels of symbolic links",
        "x" * 300: f"media_missing: {'x' * 300} cannot be reached: File name too long",
    }


def test_clips_that_are_there_in_part_are_told(stack, tmp_path):
    for name in ("short.mp4", "whole.mp4", "torn.mkv"):
        write_clip(tmp_path / name, 3.0, lambda picture, now: None)
    data = (tmp_path / "torn.mkv").read_bytes()
    (tmp_path / "torn.mkv").write_bytes(data[: len(data) * 2 // 3])
    lengths = {"short.mp4": 4.5, "whole.mp4": 3.5, "torn.mkv": 3.0}
    clips = {file: Clip(name=file, file=file, duration=lasts, cuts=()) for file, lasts in lengths.items()}
    report = measured(stack, Truth(tmp_path, clips=clips), "cuts").report
    assert report.failed == {}
    assert report.partial["short.mp4"] == "partial: short.mp4 lasts 3.0 s, but 4.5 s by its labels"
    assert "what could be read was analysed" in report.partial["torn.mkv"]
    assert set(report.partial) == {"short.mp4", "torn.mkv"}
