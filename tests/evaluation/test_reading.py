"""Labels: what a folder may look like, and what is refused in words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aima.errors import LabelsInvalid
from aima.evaluation.reading import read_truth
from tests.conftest import MEDIA_DIR, MEDIA_REASON

CLIP = {"file": "video/talk.mp4", "duration": 9.0, "cuts": [4.5], "persons": []}


def write(folder: Path, name: str, content: object) -> Path:
    path = folder / "truth" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


def test_absent_parts_are_empty(tmp_path):
    write(tmp_path, "face_counts.json", {"a.jpg": 2})
    truth = read_truth(tmp_path)
    assert truth.files == ["a.jpg"]
    assert truth.counts == {"a.jpg": 2}
    assert (truth.pairs, truth.boxes, truth.clips) == ((), {}, {})


def test_persons_in_a_list_and_in_two_tables_are_the_same(tmp_path):
    listed = [{"id": "a", "required": [[0, 2]], "optional": [[2, 3]]}, {"id": "b", "optional": [[4, 5]]}]
    write(tmp_path, "video/listed.json", CLIP | {"persons": listed})
    tables = {"persons": {"a": [[0, 2]]}, "optional": {"a": [[2, 3]], "b": [[4, 5]]}}
    write(tmp_path, "tables.truth.json", CLIP | tables)
    clips = read_truth(tmp_path).clips
    assert clips["listed"].persons == clips["tables"].persons
    assert clips["listed"].has_persons
    assert clips["tables"].cuts == (4.5,)


def test_intervals_of_which_nothing_is_said_are_required(tmp_path):
    write(tmp_path, "video/x.json", CLIP | {"persons": [{"id": "a", "intervals": [[1, 2]]}]})
    (person,) = read_truth(tmp_path).clips["x"].persons
    assert person.required == ((1.0, 2.0),)


def test_clips_tell_only_what_their_labels_say(tmp_path):
    write(tmp_path, "video/x.json", {"file": "x.mp4", "duration": 3, "cuts": []})
    clip = read_truth(tmp_path).clips["x"]
    assert clip.tells("cuts")
    assert not clip.tells("persons")


def test_clips_of_one_name_are_told_apart_by_their_folders(tmp_path):
    write(tmp_path, "video/a/x.json", CLIP)
    write(tmp_path, "video/b/x.json", CLIP)
    write(tmp_path, "video/y.json", CLIP)
    assert sorted(read_truth(tmp_path).clips) == ["video-a-x", "video-b-x", "y"]


@pytest.mark.parametrize(
    ("medium", "listed"),
    [("video/made_here.mp4", None), ("elsewhere/x.mov", None), ("video/x.mkv", None), ("deep/z.avi", "deep/z.avi")],
)
def test_a_clip_is_found_where_it_came_to_lie(tmp_path, medium, listed):
    write(tmp_path, "x.truth.json", CLIP | {"file": "made_here.mp4"})
    (tmp_path / medium).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / medium).write_bytes(b"x")
    if listed:
        entry = {"name": listed, "truth": {"file": "truth/x.truth.json"}}
        (tmp_path / "MANIFEST.json").write_text(json.dumps([{"name": "other", "truth": None}, entry]))
    assert read_truth(tmp_path).clips["x"].file == medium


def test_a_clip_that_is_nowhere_keeps_the_name_that_its_labels_give(tmp_path):
    write(tmp_path, "x.truth.json", CLIP)
    assert read_truth(tmp_path).clips["x"].file == "video/talk.mp4"


def test_sound_is_left_out(tmp_path):
    write(tmp_path, "x.truth.json", CLIP)
    write(tmp_path, "face_counts.json", {"a.jpg": 1})
    (tmp_path / "x.wav").write_bytes(b"x")
    assert read_truth(tmp_path).clips == {}


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("face_pairs.json", "[", "face_pairs.json: the document"),
        ("face_pairs.json", [{"a": "1", "same": 1}], "face_pairs.json: 0.b: Field required"),
        ("face_pairs.json", [{"a": "1", "b": "2", "same": 2}], "0.same"),
        ("face_counts.json", {"a.jpg": -1}, "a.jpg"),
        ("face_boxes.json", {"a.jpg": [{"left": 1, "top": "x", "width": 2, "height": 2}]}, "a.jpg.0.top"),
        ("video/x.json", {"file": "x.mp4"}, "x.json: duration"),
        ("video/x.json", CLIP | {"duration": 1e300}, "duration"),
        ("video/x.json", CLIP | {"persons": {"a": [[0]]}}, "persons.0.required.0"),
        ("video/x.json", CLIP | {"persons": "everybody"}, "persons"),
        ("video/x.json", "[]", "x.json"),
        ("video/x.json", '{"file": "x", "duration": NaN, "cuts": []}', "x.json"),
        ("face_counts.json", {"../../secret.jpg": 1}, "outside"),
        ("face_counts.json", {"/etc/passwd": 1}, "outside"),
        ("face_counts.json", {"": 1}, "outside"),
    ],
)
def test_malformed_labels_are_named(tmp_path, name, content, words):
    write(tmp_path, name, content)
    with pytest.raises(LabelsInvalid, match=r"truth|outside") as caught:
        read_truth(tmp_path)
    assert words in caught.value.message
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("folder", ["nowhere", "."])
def test_a_folder_without_labels_is_refused(tmp_path, folder):
    with pytest.raises(LabelsInvalid, match="no labels"):
        read_truth(tmp_path / folder)


@pytest.mark.skipif(not MEDIA_DIR.is_dir(), reason=MEDIA_REASON)
def test_the_shared_media_are_read_whole():
    truth = read_truth(MEDIA_DIR)
    assert all((MEDIA_DIR / file).is_file() for file in truth.files)
    assert min(map(len, (truth.pairs, truth.identities, truth.boxes, truth.counts, truth.expressions))) > 0
    assert truth.clips["composed_2min"].file == "video/composed_2min.mp4"
    assert not truth.clips["one_by_one"].has_persons
    assert "conv_de_90s" not in truth.clips
