"""Intake: files found in order, hashed, refused before anything is written."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from aima.domain.media import Medium
from aima.errors import MediaChanged, MediaEmpty, MediaMissing, ModelMissing, PlanInvalid
from aima.services.intake import Intake, find_files, sha256_of
from aima.settings import Models
from tests.media.sounds import tone, write_wave


def test_files_below_folders_come_once_and_in_order(tmp_path):
    for name in ("b/2.mp4", "b/1.mp4", "a.mp4", "b/c/3.mp4"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    (tmp_path / "link.mp4").symlink_to(tmp_path / "a.mp4")
    found, unreadable = find_files([tmp_path / "b", tmp_path, tmp_path / "a.mp4"])
    assert not unreadable
    assert [str(p.relative_to(tmp_path)) for p in found] == ["b/1.mp4", "b/2.mp4", "b/c/3.mp4", "a.mp4"]


def test_a_path_that_is_not_there_is_named(tmp_path):
    with pytest.raises(MediaMissing, match="nowhere"):
        find_files([tmp_path, tmp_path / "nowhere"])


def test_a_name_that_no_disk_takes_is_an_error_and_no_traceback(tmp_path):
    with pytest.raises(MediaMissing, match="cannot be read"):
        find_files([tmp_path / ("x" * 300)])


def test_a_file_that_grows_while_it_is_taken_in_is_not_taken(settings, tmp_path, monkeypatch):
    path = tmp_path / "growing.mp4"
    path.write_bytes(b"first half")

    class Store:
        def get(self, media_id):
            with path.open("ab") as file:
                file.write(b" second half")

    monkeypatch.setattr("aima.services.intake.inspect", lambda path, caps: None)
    with pytest.raises(MediaChanged, match=r"growing\.mp4"):
        Intake(settings, Store(), owner_id="o").take(path)


def test_the_content_id_is_the_sha256_of_the_bytes(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"abc" * 1_000_000)
    assert sha256_of(path) == hashlib.sha256(b"abc" * 1_000_000).hexdigest()
    path.write_bytes(b"")
    with pytest.raises(MediaEmpty, match="is empty"):
        sha256_of(path)


def test_models_are_asked_for_before_anything_starts(settings, tmp_path):
    unbuilt = settings.model_copy(update={"models": Models(dir=tmp_path / "no models")})
    intake = Intake(unbuilt, store=None, owner_id="o")
    assert intake.models({"shot_cuts": {}}) == {}
    with pytest.raises(ModelMissing, match="centerface"):
        intake.models({"face_detector": {}})
    with pytest.raises(PlanInvalid, match="telepathy"):
        intake.models({"telepathy": {}})


def test_what_was_taken_in_before_sound_was_analysed_is_inspected_once_more(settings, tmp_path):
    path = write_wave(tmp_path / "old.wav", tone(2, 8_000), 8_000)

    class Store:
        """Remembers what was added last."""

        medium: Medium | None = None
        added = 0

        def get(self, media_id):
            return self.medium

        def add(self, medium, segments):
            self.medium, self.segments, self.added = medium, segments, self.added + 1
            return medium

    store = Store()
    intake = Intake(settings, store, owner_id="o")
    taken = intake.take(path)
    assert [(s.stream, s.no, s.end_us) for s in store.segments] == [("sound", 0, 2_000_000)]
    store.medium = replace(taken, info=replace(taken.info, details={"stream": 0, "origin_us": 0}))
    assert intake.take(path) == taken
    assert intake.take(path) == taken
    assert store.added == 2, "what is known is not inspected again"
