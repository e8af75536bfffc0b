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


def medium(folder: Path, name: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(b"x")


def manifest(folder: Path, **labels: str) -> None:
    """Labels by medium."""
    entries = [{"name": name, "truth": {"file": file}} for name, file in labels.items()]
    (folder / "MANIFEST.json").write_text(json.dumps([{"name": "other", "truth": None}, *entries]))


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
    assert clips["listed"].persons[0].required == ((0.0, 2.0),)
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
    ("place", "listed"),
    [
        ("video/made_here.mp4", None),
        ("deep/made_here.mp4", None),
        ("video/x.mkv", None),
        ("video/x.3gp", None),
        ("deep/z.avi", "deep/z.avi"),
    ],
)
def test_a_clip_is_found_where_it_came_to_lie(tmp_path, place, listed):
    write(tmp_path, "x.truth.json", CLIP | {"file": "made_here.mp4"})
    medium(tmp_path, place)
    if listed:
        manifest(tmp_path, **{listed: "truth/x.truth.json"})
    assert read_truth(tmp_path).clips["x"].file == place


def test_a_clip_that_is_nowhere_keeps_the_name_that_its_labels_give(tmp_path):
    write(tmp_path, "x.truth.json", CLIP)
    assert read_truth(tmp_path).clips["x"].file == "video/talk.mp4"


def test_sound_is_left_out_where_the_manifest_says_so(tmp_path):
    write(tmp_path, "x.truth.json", CLIP)
    write(tmp_path, "face_counts.json", {"a.jpg": 1})
    manifest(tmp_path, **{"sound/x.wav": "truth/x.truth.json"})
    assert read_truth(tmp_path).clips == {}
    manifest(tmp_path, **{"video/x.mp4": "truth/x.truth.json", "sound/x.wav": "truth/x.truth.json"})
    assert read_truth(tmp_path).clips["x"].file == "video/x.mp4"


@pytest.mark.parametrize(("size", "clips"), [({}, []), ({"width": 640, "height": 360}, ["x"])])
def test_sound_is_left_out_where_its_labels_name_it_and_no_size(tmp_path, size, clips):
    write(tmp_path, "video/x.json", CLIP | {"file": "x.wav"} | size)
    write(tmp_path, "face_counts.json", {"a.jpg": 1})
    medium(tmp_path, "x.wav")
    assert list(read_truth(tmp_path).clips) == clips


@pytest.mark.parametrize("suffix", ["3gp", "3g2", "ogg", "rm"])
def test_containers_of_both_kinds_are_videos(tmp_path, suffix):
    write(tmp_path, "video/x.json", CLIP | {"file": f"video/x.{suffix}"})
    medium(tmp_path, f"video/x.{suffix}")
    assert read_truth(tmp_path).clips["x"].file == f"video/x.{suffix}"


@pytest.mark.parametrize("labels", ["video/x.json", "x.truth.json"])
@pytest.mark.parametrize("other", ["video/x.wav", "elsewhere/x.mp4", "video/deep/x.mov"])
def test_another_file_of_the_stem_is_not_taken_for_the_clip(tmp_path, labels, other):
    write(tmp_path, labels, CLIP)
    medium(tmp_path, other)
    assert read_truth(tmp_path).clips["x"].file == "video/talk.mp4"


def test_a_name_that_several_files_bear_is_none(tmp_path):
    write(tmp_path, "x.truth.json", CLIP)
    medium(tmp_path, "a/talk.mp4")
    medium(tmp_path, "b/talk.mp4")
    assert read_truth(tmp_path).clips["x"].file == "video/talk.mp4"
    medium(tmp_path, "video/c/talk.mp4")
    assert read_truth(tmp_path).clips["x"].file == "video/c/talk.mp4"


@pytest.mark.parametrize("content", ["{", '{"files": []}', "[1, {}]", '[{"name": "../x.mp4", "truth": {"file": "a"}}]'])
def test_a_manifest_in_another_form_counts_as_none(tmp_path, content):
    write(tmp_path, "video/x.json", CLIP)
    (tmp_path / "MANIFEST.json").write_text(content)
    assert read_truth(tmp_path).clips["x"].file == "video/talk.mp4"


def test_null_says_nothing(tmp_path):
    write(tmp_path, "video/x.json", CLIP | {"cuts": None, "persons": {"a": None, "b": [[1, 2]]}, "optional": None})
    write(tmp_path, "video/y.json", CLIP | {"persons": None})
    write(tmp_path, "video/z.json", CLIP | {"persons": [{"id": "a", "required": [[1, 2]], "optional": None}]})
    clips = read_truth(tmp_path).clips
    assert [(clips[name].tells("persons"), clips[name].tells("cuts")) for name in "xyz"] == [
        (True, False), (False, True), (True, True)
    ]  # fmt: skip
    assert clips["x"].persons[-1].required == clips["z"].persons[0].required == ((1.0, 2.0),)


def test_labels_may_number_persons_and_begin_with_a_mark_of_their_encoding(tmp_path):
    path = write(tmp_path, "video/x.json", CLIP | {"persons": [{"id": 7, "required": [[1, 2]]}]})
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_truth(tmp_path).clips["x"].persons[0].id == "7"


def test_cuts_need_no_duration_but_persons_do(tmp_path):
    write(tmp_path, "video/x.json", {"file": "x.mp4", "cuts": [1.0]})
    assert read_truth(tmp_path).clips["x"].cuts == (1.0,)
    write(tmp_path, "video/x.json", {"file": "x.mp4", "persons": []})
    with pytest.raises(LabelsInvalid, match="duration"):
        read_truth(tmp_path)


def test_what_systems_leave_beside_labels_is_none(tmp_path):
    write(tmp_path, "video/a.json", CLIP)
    for name in ("video/._a.json", "._a.truth.json", "video/.trash/b.json"):
        write(tmp_path, name, "\0\0")
    assert list(read_truth(tmp_path).clips) == ["a"]


def test_two_clips_never_share_a_name(tmp_path):
    for name in ("video/a.json", "video/g/a.json", "video/video-a.json"):
        write(tmp_path, name, CLIP)
    with pytest.raises(LabelsInvalid, match="would both be called video-a"):
        read_truth(tmp_path)


def test_labels_that_cannot_be_read_are_named(tmp_path):
    write(tmp_path, "face_counts.json", {"a.jpg": 1})
    (tmp_path / "truth" / "face_pairs.json").mkdir()
    with pytest.raises(LabelsInvalid, match=r"face_pairs.json cannot be read: Is a directory"):
        read_truth(tmp_path)


def test_names_that_no_disk_takes_are_told_and_break_nothing(tmp_path):
    write(tmp_path, "video/x.json", CLIP | {"file": "x" * 300 + ".mp4"})
    assert len(read_truth(tmp_path).clips["x"].file) == 304
    with pytest.raises(LabelsInvalid, match="File name too long"):
        read_truth(tmp_path / ("d" * 300))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("face_pairs.json", "[", "face_pairs.json: the document"),
        ("face_pairs.json", [{"a": "1", "same": 1}], "face_pairs.json: 0.b: Field required"),
        ("face_pairs.json", [{"a": "1", "b": "2", "same": 2}], "0.same"),
        ("face_counts.json", {"a.jpg": -1}, "a.jpg"),
        ("face_boxes.json", {"a.jpg": [{"left": 1, "top": "x", "width": 2, "height": 2}]}, "a.jpg.0.top"),
        ("video/x.json", {"file": "x.mp4", "duration": 0, "cuts": []}, "x.json: duration"),
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
    assert not any(person.required for person in truth.clips["one_by_one"].persons)
    assert "conv_de_90s" not in truth.clips


def test_labels_of_sound_are_read(tmp_path):
    write(tmp_path, "transcripts.json", [{"file": "de/a.wav", "language": "de", "text": "ja", "speaker": "x"}])
    write(tmp_path, "voice_pairs.json", [{"a": "a.wav", "b": "b.wav", "same": 0}])
    write(tmp_path, "speaker_identities.json", {"x": ["c.wav"]})
    write(tmp_path, "queries.json", [{"query": "yes", "language": "en", "files": ["d.wav"]}])
    write(tmp_path, "rttm/talk.rttm", "SPEAKER talk 1 0 1 <NA> <NA> x <NA> <NA>\n")
    truth = read_truth(tmp_path)
    assert truth.heard == truth.files == ["a.wav", "b.wav", "c.wav", "d.wav", "de/a.wav", "diarization/talk.wav"]
    assert truth.seen == []
    assert (truth.transcripts[0].group, truth.transcripts[0].synthetic) == ("de/other", False)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("transcripts.json", [{"file": "a.wav", "text": "no language"}]),
        ("queries.json", [{"query": "", "files": []}]),
        ("voice_pairs.json", [{"a": "a.wav", "b": "b.wav", "same": 2}]),
        ("transcripts.json", [{"file": "../a.wav", "language": "en", "text": ""}]),
    ],
)
def test_malformed_labels_of_sound_are_refused(tmp_path, name, content):
    write(tmp_path, name, content)
    with pytest.raises(LabelsInvalid):
        read_truth(tmp_path)


def test_whose_face_speaks_is_read_from_the_labels_or_from_beside_the_clips(tmp_path):
    clip = {"file": "side.mp4", "kind": "side", "faces": [{"id": "a", "x0": 0, "x1": 9}], "voice": "a"}
    (tmp_path / "association.json").write_text(json.dumps([clip | {"speaker_face": "a"}]))
    (beside,) = read_truth(tmp_path).speaking
    assert (beside.file, beside.kind, beside.speaker_face, beside.faces[0].x1) == ("side.mp4", "side", "a", 9)
    write(tmp_path, "association.json", [clip | {"speaker_face": None}])
    truth = read_truth(tmp_path)
    assert truth.speaking[0].speaker_face is None
    assert truth.seen == truth.heard == ["side.mp4"]
