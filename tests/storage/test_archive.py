"""The archive: whole files or none."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

import pytest

from aima.errors import DiskFull, HomeUnusable
from aima.storage.archive import Archive


def test_a_file_is_kept_under_its_name_and_replaced_whole(tmp_path):
    archive = Archive(tmp_path)
    archive.put("a/b.bin", b"one")
    assert archive.put("a/b.bin", b"two") == hashlib.sha256(b"two").hexdigest()
    assert Archive(tmp_path).get("a/b.bin") == b"two"
    assert [p.name for p in (tmp_path / "a").iterdir()] == ["b.bin"]


def test_nobody_else_can_look_into_it(tmp_path):
    archive = Archive(tmp_path / "archive")
    archive.put("a/b.bin", b"one")
    assert archive.root.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "a/../../b"])
def test_names_cannot_leave_the_archive(tmp_path, name):
    with pytest.raises(ValueError, match="outside"):
        Archive(tmp_path / "root").put(name, b"x")


def test_a_directory_that_is_a_file_is_named(tmp_path):
    (tmp_path / "root").write_text("in the way")
    with pytest.raises(HomeUnusable, match="root"):
        Archive(tmp_path / "root").put("a", b"x")


@pytest.fixture
def small_disk(tmp_path: Path):
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    mounted = tmp_path / "disk"
    mounted.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", mounted], capture_output=True, check=False
    ).returncode:
        pytest.skip("this machine does not allow mounting")
    yield mounted
    subprocess.run(["umount", mounted], check=True)


def test_a_full_disk_is_named_and_nothing_is_half_written(small_disk):
    archive = Archive(small_disk)
    archive.put("kept", b"x" * 1000)
    with pytest.raises(DiskFull, match=str(small_disk)):
        archive.put("large", b"x" * 1_000_000)
    assert [p.name for p in small_disk.iterdir()] == ["kept"]
    assert archive.get("kept") == b"x" * 1000
