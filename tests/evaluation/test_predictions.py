"""Predictions: the formats of the independent scorer, whole or not at all, and never over something else."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aima.errors import OutputRefused
from aima.evaluation.answers import Answers, Sounds
from aima.evaluation.hearing import turns
from aima.evaluation.predictions import check_replaceable, check_writable, write_predictions
from aima.evaluation.report import Report, Seconds
from aima.evaluation.run import Evaluation
from aima.evaluation.scores.association import score_association
from aima.evaluation.scores.boxes import score_boxes
from aima.evaluation.scores.counts import score_counts
from aima.evaluation.scores.cuts import score_cuts
from aima.evaluation.scores.der import score_turns
from aima.evaluation.scores.pairs import score_pairs
from aima.evaluation.scores.persons import score_clips
from aima.evaluation.scores.retrieval import score_retrieval
from aima.evaluation.scores.voices import score_voices
from aima.evaluation.scores.wer import score_words
from aima.evaluation.truth import Clip, Pair, Query, SpeakingClip, Talk, TrueBox, Truth
from aima.evaluation.voices import Voices
from tests.services.transcripts.made import hearing, said, turn

CLIPS = {name: Clip(name=name, file=f"{name}.mp4", duration=4, persons=(), cuts=(2.0,)) for name in ("seen", "lost")}
TRUTH = Truth(
    folder=Path("labelled"),
    pairs=(Pair(a="a.jpg", b="b.jpg", same=1), Pair(a="a.jpg", b="c.jpg", same=0)),
    boxes=dict.fromkeys(("a.jpg", "broken.jpg"), (TrueBox(left=1, top=2, width=3, height=4),)),
    counts={"a.jpg": 1, "broken.jpg": 1},
    clips=CLIPS,
)
ANSWERS = Answers(
    pairs=(0.75, None),
    boxes={"a.jpg": ((1.0, 2.0, 3.0, 4.0),)},
    counts={"a.jpg": 2},
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
        counts=score_counts(TRUTH.counts, ANSWERS.counts),
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
    assert parts["boxes.json"] == {
        "a.jpg": [{"left": 1.0, "top": 2.0, "width": 3.0, "height": 4.0}],
        "broken.jpg": [],
    }
    assert parts["counts.json"] == {"a.jpg": 2, "broken.jpg": 0}
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


@pytest.mark.parametrize("content", ["{}", "[]", "{", '{"written_by": "somebody", "files": []}', '{"files": ["a"]}'])
def test_a_folder_with_a_foreign_file_of_the_name_of_the_marker_is_never_replaced(evaluation, tmp_path, content):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "predictions.json").write_text(content)
    (tmp_path / "out" / "letter.txt").write_text("mine")
    with pytest.raises(OutputRefused, match="holds no predictions"):
        write_predictions(evaluation, tmp_path / "out")
    assert names(tmp_path / "out") == {"predictions.json", "letter.txt"}


@pytest.mark.parametrize("extra", ["letter.txt", "persons/letter.json", "mine/predictions.json"])
def test_predictions_that_somebody_put_something_to_are_never_replaced(evaluation, tmp_path, extra):
    folder = write_predictions(evaluation, tmp_path / "out")
    (folder / extra).parent.mkdir(exist_ok=True)
    (folder / extra).write_text("mine")
    with pytest.raises(OutputRefused, match="more than them"):
        write_predictions(evaluation, folder)
    assert (folder / extra).read_text() == "mine"


def test_predictions_of_which_a_part_became_a_link_are_never_replaced(evaluation, tmp_path):
    folder = write_predictions(evaluation, tmp_path / "out")
    (folder / "cuts").rename(tmp_path / "moved")
    (folder / "cuts").symlink_to(tmp_path / "moved")
    with pytest.raises(OutputRefused, match="more than them"):
        check_replaceable(folder)


def test_a_link_stands_for_the_folder_that_it_leads_to(evaluation, tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    for _ in range(2):
        assert write_predictions(evaluation, tmp_path / "link") == tmp_path / "real"
    assert (tmp_path / "link").is_symlink()
    assert "faces.json" in names(tmp_path / "real")


def test_places_that_cannot_be_are_refused_in_words(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    refused = {"/proc": "root of a disk", str(tmp_path / "loop"): "loop", str(tmp_path / ("x" * 300)): "too long"}
    for place, words in refused.items():
        with pytest.raises(OutputRefused, match=words):
            check_replaceable(Path(place))
    for place in (tmp_path, Path("/dev/null")):
        with pytest.raises(OutputRefused, match="is no file"):
            check_writable(place)
    with pytest.raises(OutputRefused, match="too long"):
        check_writable(tmp_path / ("x" * 300))


def test_what_was_there_comes_back_when_the_new_cannot_take_its_place(evaluation, tmp_path, monkeypatch):
    folder = write_predictions(evaluation, tmp_path / "out")
    before, rename = names(folder), Path.rename

    def full(source: Path, target: Path) -> Path:
        if target == folder and source.name != "old":
            raise OSError(28, "No space left on device")
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", full)
    smaller = replace(evaluation, report=report(boxes=evaluation.report.boxes))
    with pytest.raises(OutputRefused, match="No space left"):
        write_predictions(smaller, folder)
    assert names(folder) == before
    assert list(tmp_path.iterdir()) == [folder]


def test_what_cannot_be_written_leaves_nothing(evaluation, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputRefused, match="file"):
        write_predictions(evaluation, tmp_path / "file" / "out")
    bad = replace(ANSWERS, cuts={"seen": (object(),)})  # type: ignore[dict-item]
    with pytest.raises(TypeError):
        write_predictions(replace(evaluation, answers=bad), tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_answers_to_labels_of_sound_are_there_in_the_formats_of_the_scorer(tmp_path):
    heard = hearing([said("Guten Tag", 0, 1)], [turn(0, 0, 1.25)])
    pairs = (Pair(a="a.wav", b="b.wav", same=1),)
    talks = {name: Talk(name=name, file=f"{name}.wav", turns=()) for name in ("heard", "mute")}
    queries = (Query(query="good day", files=("a.wav",)),)
    clips = tuple(SpeakingClip(file=file, faces=()) for file in ("a.mp4", "b.mp4"))
    labels = {"voice_pairs": pairs, "speakers": {"x": ("a.wav",)}, "talks": talks, "queries": queries}
    truth = Truth(Path("x"), **labels, speaking=clips)
    voices = Voices((0.5,), (1.0,), {"a.wav": "Voice 1"})
    faces = {"a.mp4": (1.0, 2.0, 3.0, 4.0)}
    found = {"good day": ("b.wav", "a.wav")}
    sounds = Sounds({"a.wav": "Guten Tag"}, {"heard": heard}, voices, found, speaking=faces)
    whole = report(
        wer=score_words((), sounds.texts),
        der=score_turns(talks, {"heard": turns(heard)}),
        voices=score_voices(pairs, voices.similarities, voices.odds, 0.0, (truth.speakers, voices.groups)),
        retrieval=score_retrieval(queries, sounds.found),
        association=score_association(truth.speaking, sounds.speaking),
    )
    folder = write_predictions(Evaluation(whole, Answers(sounds=sounds), truth), tmp_path / "out")
    assert names(folder) == {
        "predictions.json", "wer.json", "voices.json", "bcubed_voices.json", "retrieval.json",
        "association.json",
        "der/heard.rttm", "der/mute.rttm",
    }  # fmt: skip
    assert json.loads((folder / "wer.json").read_text()) == {"a.wav": "Guten Tag"}
    assert json.loads((folder / "voices.json").read_text()) == [0.5]
    assert json.loads((folder / "bcubed_voices.json").read_text()) == {"a.wav": "Voice 1"}
    assert json.loads((folder / "retrieval.json").read_text()) == {"good day": ["b.wav", "a.wav"]}
    association = json.loads((folder / "association.json").read_text())
    assert association == {"a.mp4": {"face": [1.0, 2.0, 3.0, 4.0]}, "b.mp4": {"face": None}}
    assert (folder / "der/heard.rttm").read_text().split()[:5] == ["SPEAKER", "heard", "1", "0.000", "1.250"]
    assert (folder / "der/mute.rttm").read_bytes() == b""
    assert write_predictions(Evaluation(whole, Answers(sounds=sounds), truth), folder) == folder
