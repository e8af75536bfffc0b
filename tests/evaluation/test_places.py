"""Places: why a path is no file, in words; what is inside; what is sound. Where clips are found: see test_reading."""

from __future__ import annotations

import os

import pytest

from aima.evaluation.places import is_inside, is_sound, why_no_file


def test_a_file_is_one_and_everything_else_is_told(tmp_path):
    (tmp_path / "file").write_bytes(b"x")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    told = {
        name: why_no_file(tmp_path / name) for name in ("file", "gone", "file/below", "pipe", ".", "loop", "x" * 300)
    }
    assert list(told.values()) == [
        None,
        "does not exist",
        "does not exist",
        "is no file",
        "is no file",
        "cannot be reached: Too many levels of symbolic links",
        "cannot be reached: File name too long",
    ]
    assert why_no_file(tmp_path / "a\0b") == "has a name that no file can have"


@pytest.mark.parametrize(
    ("file", "inside"), [("a/b.jpg", True), ("..a", True), ("", False), ("/a", False), ("a/../b", False), ("\0", False)]
)
def test_only_paths_below_the_folder_are_inside(tmp_path, file, inside):
    assert is_inside(tmp_path, file) is inside


@pytest.mark.parametrize(("file", "sound"), [("a.wav", True), ("a.MP3", True), ("a.mp4", False), ("a.OGG", False)])
def test_sound_is_told_by_its_name(file, sound):
    assert is_sound(file) is sound
