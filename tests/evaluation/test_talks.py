"""Turns as labels: read from Rich Transcription files, or refused with their line."""

from __future__ import annotations

from pathlib import Path

import pytest

from aima.errors import LabelsInvalid
from aima.evaluation.talks import read_talks

LINE = "SPEAKER talk 1 1.500 2.250 <NA> <NA> ann <NA> <NA>"


def write(folder: Path, text: str, name: str = "talk") -> Path:
    labels = folder / "truth" / "rttm"
    labels.mkdir(parents=True, exist_ok=True)
    (labels / f"{name}.rttm").write_text(text, "utf-8")
    return labels.parent


def test_turns_are_read_and_the_rest_is_left(tmp_path: Path) -> None:
    labels = write(tmp_path, f";; said so\nSPKR-INFO talk 1 <NA> <NA> <NA> unknown ann <NA> <NA>\n{LINE}\n\n")
    (turn,) = read_talks(tmp_path, labels)["talk"].turns
    assert (turn.speaker, turn.start, turn.end) == ("ann", 1.5, 3.75)


@pytest.mark.parametrize(
    "bad",
    [
        "SPEAKER talk 1 1.5",
        "SPEAKER talk 1 x 2 <NA> <NA> ann",
        "SPEAKER talk 1 1 -2 <NA> <NA> ann",
        "SPEAKER t 1 nan 1 a a a",
    ],
)
def test_what_is_no_turn_is_refused_with_its_line(tmp_path: Path, bad: str) -> None:
    labels = write(tmp_path, f"{LINE}\n{bad}\n")
    with pytest.raises(LabelsInvalid, match=r"talk\.rttm, line 2: this is no turn"):
        read_talks(tmp_path, labels)


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    labels = write(tmp_path, "")
    (labels / "rttm" / "talk.rttm").write_bytes(b"\xff\xfe\x00SPEAKER")
    with pytest.raises(LabelsInvalid, match="cannot be read"):
        read_talks(tmp_path, labels)


def test_without_labels_there_are_no_talks(tmp_path: Path) -> None:
    assert read_talks(tmp_path, tmp_path / "truth") == {}


@pytest.mark.parametrize("place", ["diarization/talk.wav", "video/talk.mp4", "deep/er/talk.flac"])
def test_the_recording_is_the_only_one_that_is_called_so(tmp_path: Path, place: str) -> None:
    labels = write(tmp_path, LINE)
    (tmp_path / place).parent.mkdir(parents=True)
    (tmp_path / place).write_bytes(b"x")
    assert read_talks(tmp_path, labels)["talk"].file == place


def test_the_manifest_says_which_recording_it_is(tmp_path: Path) -> None:
    labels = write(tmp_path, LINE)
    for name in ("talk.wav", "talk.mp4"):
        (tmp_path / name).write_bytes(b"x")
    assert read_talks(tmp_path, labels)["talk"].file == "diarization/talk.wav"
    entry = '[{"name": "talk.mp4", "truth": {"file": "truth/talk.json", "rttm": "truth/rttm/talk.rttm"}}]'
    (tmp_path / "MANIFEST.json").write_text(entry)
    assert read_talks(tmp_path, labels)["talk"].file == "talk.mp4"
